"""Runs of billing killed where it hurts most: no fee, invoice, number or accrual is doubled, missing or out of sequence.

B1: the run is stored, its caller not answered. B3: a step computed, not yet stored. B4: a step stored, its COMMIT not
answered. B5: between two steps. B6: a number drawn. B7: the last step done, the run not closed. B8: two runs meet. There is
no lease to take (B2): steps meet on the run's own stream.
"""

import asyncio
from dataclasses import replace

from tests.integration.crash.billing import (
    MONTHLY,
    NAME,
    QUARTER,
    QUARTERLY,
    SHARED,
    ask,
    beside,
    billed_once,
    count,
    fee_run,
    heard_all,
    killed_at,
    month,
    nothing_wrong,
    open_proposals,
    over,
    run_killed,
    said,
)
from tests.integration.crash.billing import deployment as deployment
from tests.support.billing_checker import check_billing
from tests.support.deployment import Deployment


async def test_a_fee_run_killed_at_every_point_bills_everybody_once(deployment: Deployment) -> None:
    """B1, B3, B4, B5, B7; I22, I30, I31."""
    run = await run_killed(deployment, "fee-runs", "january", **fee_run(1))
    assert (run["subscriptions"], run["created"], run["skipped"]) == (MONTHLY + SHARED, MONTHLY + SHARED, [])
    nothing_wrong(deployment)
    await heard_all(deployment)
    again = await said(deployment, "fee-runs", "january again", **fee_run(1))
    assert (await over(deployment, "fee-runs", again["id"]))["created"] == 0
    nothing_wrong(deployment)


async def test_two_processes_and_two_runs_meet_and_bill_everybody_once(deployment: Deployment) -> None:
    """B8: the same days asked twice at once, and two processes that go on with both."""
    async with beside(deployment):
        asked = [said(deployment, "fee-runs", f"february {number}", **fee_run(2)) for number in range(2)]
        runs = [await over(deployment, "fee-runs", run["id"]) for run in await asyncio.gather(*asked)]
    assert sum(run["created"] for run in runs) == MONTHLY + SHARED
    nothing_wrong(deployment)


async def test_a_proposal_run_killed_at_every_point_proposes_every_fee_once(deployment: Deployment) -> None:
    """B1, B4, B5, B7; I33: of a shared fee each payer has his own proposal."""
    fees = await said(deployment, "fee-runs", "march", **fee_run(3))
    await over(deployment, "fee-runs", fees["id"])
    await heard_all(deployment)
    asked = {"method": "invoices", "invoice_date": "2026-03-05", "project_dates": month(3), "group": "CARE"}
    run = await run_killed(deployment, "proposal-runs", "march", **asked)
    assert (run["proposals"], run["lines"]) == (3, MONTHLY + 2 * SHARED)
    nothing_wrong(deployment)


async def test_a_posting_killed_after_its_number_was_drawn_is_posted_once(deployment: Deployment) -> None:
    """B6, INV-12, INV-14: whoever asks again, under whatever key, gets the one document."""
    await heard_all(deployment)
    before = count(deployment, "InvoicePosted")
    proposals = await open_proposals(deployment)
    path = f"invoice-proposals/{proposals[0]}/post"
    async with killed_at(deployment, b"InvoicePosted"):
        await ask(deployment, path, "first")
    first = await said(deployment, path, "first")
    other = await said(deployment, path, "second")
    assert first["document"] == other["document"]
    assert count(deployment, "InvoicePosted") == before + 1
    nothing_wrong(deployment)


async def test_many_who_post_at_once_get_numbers_without_a_gap(deployment: Deployment) -> None:
    """B6, B8, INV-12: in two processes, every proposal asked four times."""
    async with beside(deployment) as second:
        proposals = await open_proposals(deployment)
        asked = [
            said((deployment, second)[number % 2], f"invoice-proposals/{proposal}/post", f"{number} {proposal}")
            for proposal in proposals
            for number in range(4)
        ]
        answers = await asyncio.gather(*asked)
    documents = {answer["id"]: answer["document"]["number"] for answer in answers}
    assert len(documents) == len(set(documents.values())) == len(proposals)
    nothing_wrong(deployment)


async def test_an_accrual_run_killed_at_every_point_earns_every_line_once(deployment: Deployment) -> None:
    """B1, B3, B4, B5, B7; I32, I36: and the two that run at once after it earn the rest, once."""
    fees = await said(deployment, "fee-runs", "quarter", **QUARTER)
    await over(deployment, "fee-runs", fees["id"])
    await heard_all(deployment)
    asked = {"method": "invoices", "invoice_date": "2026-01-02", "group": "EARNED"}
    made = await said(deployment, "proposal-runs", "quarter", **asked)
    await over(deployment, "proposal-runs", made["id"])
    await heard_all(deployment)
    for proposal in await open_proposals(deployment):
        await said(deployment, f"invoice-proposals/{proposal}/post", f"post {proposal}")
    await heard_all(deployment)
    january = {"code": "MONTH", "posting_date": "2026-01-31"}
    run = await run_killed(deployment, "accrual-runs", "january", **january)
    assert (run["schedules"], run["posted"]) == (QUARTERLY, QUARTERLY)
    nothing_wrong(deployment)
    await heard_all(deployment)
    rest = {"code": "MONTH", "posting_date": "2026-03-31"}
    both = await asyncio.gather(*(said(deployment, "accrual-runs", f"march {number}", **rest) for number in range(2)))
    posted = [(await over(deployment, "accrual-runs", each["id"]))["posted"] for each in both]
    assert sum(posted) == 2 * QUARTERLY
    nothing_wrong(deployment)


async def test_the_checker_finds_what_is_doubled_missing_or_out_of_sequence(deployment: Deployment) -> None:
    """What the checker is for: facts taken away and doubled, and an amount changed."""
    await billed_once(deployment)
    facts = deployment.evidence.facts(NAME)
    assert check_billing(facts) == []
    for name in ("FeeCreated", "InvoicePosted", "ScheduleBuilt", "VoucherPosted", "SubscriptionBilled"):
        planted = next(fact for fact in facts if fact.name == f"{NAME}.{name}.v1")
        assert check_billing([fact for fact in facts if fact != planted]) != [], f"{name} taken away"
        assert check_billing([*facts, replace(planted, sequence=99)]) != [], f"{name} doubled"
    earned = next(fact for fact in facts if fact.name == f"{NAME}.RevenueAccrued.v1")
    assert check_billing([*facts, earned]) != []
    dear = next(fact for fact in facts if fact.name == f"{NAME}.FeeCreated.v1")
    dearer = replace(dear, value=dear.value.replace(b'"amount":"310.01"', b'"amount":"310.02"', 2))
    assert check_billing([dearer if fact == dear else fact for fact in facts]) != []
