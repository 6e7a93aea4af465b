"""The short form of the harness: one run in which everything is killed and broken, and bugs that it must find."""

import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from tests.chaos.artefacts import keep
from tests.chaos.check import broken, verdicts
from tests.chaos.evidence import Evidence
from tests.chaos.mutants import MUTANTS
from tests.chaos.plan import Sizes
from tests.chaos.run import Plan, Run, shortened
from tests.chaos.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEPT = Path(".local/chaos")
SELDOM = ("crash_broker", "wipe_topic", "forget")
"""Each of these comes once."""
SHORT = Plan(
    seed=11,
    seconds=26.0,
    clients=4,
    billers=2,
    sizes=Sizes(
        rates={**Sizes().rates, **dict.fromkeys(SELDOM, 2.4), "crash_database": 4.8, "poison": 4.8, "junk": 4.8}
    ),
    rebuilt=("reporting",),
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage() -> AsyncIterator[Stage]:
    """Servers and a fork server, once for these tests."""
    async with Stage() as made:
        yield made
    made.remove()


def _without_record(evidence: Evidence) -> None:
    """Every copy of it: a relay that was set back has sent some facts again."""
    lost, records = evidence.stores["order"].facts[-1], evidence.topics["order"]
    records[:] = [one for one in records if one.head.get("ce_id") != f"{lost.stream}:{lost.version}"]


def _without_fact(evidence: Evidence) -> None:
    facts = evidence.stores["order"].facts
    facts.remove(next(fact for fact in reversed(facts) if fact.name == "order.OrderLineAdded.v1"))


def _doubled(evidence: Evidence) -> None:
    evidence.stores["invoicing"].facts.append(evidence.stores["invoicing"].facts[-1])


def _without_answer(evidence: Evidence) -> None:
    evidence.stores["order"].answers.clear()


def _row_changed(evidence: Evidence) -> None:
    evidence.stores["reporting"].views["order_line"].rows[0]["expected_cost"] = "0.01"  # type: ignore[index]


def _margin_changed(evidence: Evidence) -> None:
    evidence.stores["reporting"].margins = evidence.stores["reporting"].margins[1:]


def _unparked(evidence: Evidence) -> None:
    evidence.stores["reporting"].parked.pop()


def _out_of_order(evidence: Evidence) -> None:
    last = next(one for one in evidence.history.operations if one.outcome == "ok" and one.what == "post")
    evidence.history.reads.append((last.stream, last.ended + 1, last.ended + 2, 0))


def _clock_fact(evidence: Evidence, *kinds: str) -> int:
    names = {f"order.OrderSla{kind}.v1" for kind in kinds}
    return next(place for place, fact in enumerate(evidence.stores["order"].facts) if fact.name in names)


def _told_twice(evidence: Evidence) -> None:
    facts = evidence.stores["order"].facts
    place = _clock_fact(evidence, "Missed", "Met", "AtRisk")
    facts.insert(place, facts[place])


def _late_by_a_second(evidence: Evidence) -> None:
    place = _clock_fact(evidence, "Started", "Stopped")
    fact = evidence.stores["order"].facts[place]
    says = {**fact.says, "elapsed_seconds": fact.says["elapsed_seconds"] + 1}
    evidence.stores["order"].facts[place] = fact._replace(value=json.dumps(says).encode())


def _not_rebuilt(evidence: Evidence) -> None:
    said = evidence.rebuilt["reporting"]
    evidence.rebuilt["reporting"] = re.sub(r"(sla_clock: .*) 0 changed", r"\1 1 changed", said)


def _billing_fact(evidence: Evidence, name: str) -> int:
    """The place of the last fact of this name."""
    facts = evidence.stores["subscription_billing"].facts
    return next(place for place in reversed(range(len(facts))) if facts[place].name.endswith(f".{name}.v1"))


def _saying(evidence: Evidence, name: str, **values: object) -> None:
    facts, place = evidence.stores["subscription_billing"].facts, _billing_fact(evidence, name)
    facts[place] = facts[place]._replace(value=json.dumps(facts[place].says | values).encode())


def _fee_of_a_cent(evidence: Evidence) -> None:
    _saying(evidence, "FeeCreated", amount={"amount": "0.01", "currency": "EUR"})


def _number_left_out(evidence: Evidence) -> None:
    _saying(evidence, "InvoicePosted", number="INV-2026-999999")


def _earned_twice(evidence: Evidence) -> None:
    facts, place = evidence.stores["subscription_billing"].facts, _billing_fact(evidence, "RevenueAccrued")
    facts.insert(place, facts[place])


def _entry_changed(evidence: Evidence) -> None:
    evidence.stores["reporting"].views["ledger_entry"].rows[0]["amount"] = "0.01"  # type: ignore[index]


TAMPERING: dict[Callable[[Evidence], None], set[str]] = {
    _without_record: {"I2"},
    _without_fact: {"I1", "I4"},
    _doubled: {"I5", "I9", "I10", "I25"},
    _without_answer: {"I1"},
    _row_changed: {"I6"},
    _margin_changed: {"I35"},
    _unparked: {"I14"},
    _out_of_order: {"I51"},
    _told_twice: {"I41"},
    _late_by_a_second: {"I40"},
    _not_rebuilt: {"I7"},
    _fee_of_a_cent: {"I10", "I33"},
    _number_left_out: {"I10", "I25"},
    _earned_twice: {"I22", "I32", "I36"},
    _entry_changed: {"I6"},
}


async def test_nothing_is_lost_doubled_or_wrong_whatever_is_killed(stage: Stage) -> None:
    run = Run(stage, SHORT)
    report = await run.play()
    print(report.line())
    assert report.good, f"{report.line()}; kept in {keep(run, report, KEPT)}"
    assert report.kills_in_all >= 40
    assert report.faults["crash_database"] >= 1
    assert report.duplicates > 0
    assert report.invoices > 0
    assert min(report.billed.values()) > 0, report.billed
    for tamper, wanted in TAMPERING.items():
        found = broken(verdicts(_copied(run.evidence, tamper)))
        assert wanted <= set(found), f"{tamper.__name__}: {found}"


def _copied(evidence: Evidence, tamper: Callable[[Evidence], None]) -> Evidence:
    """The evidence after somebody has changed it."""
    stores = {
        name: replace(
            store,
            facts=list(store.facts),
            answers=list(store.answers),
            parked=list(store.parked),
            views={table: replace(view, rows=[dict(row) for row in view.rows]) for table, view in store.views.items()},
        )
        for name, store in evidence.stores.items()
    }
    history = replace(evidence.history, reads=list(evidence.history.reads))
    topics = {name: list(records) for name, records in evidence.topics.items()}
    changed = replace(evidence, stores=stores, topics=topics, history=history, rebuilt=dict(evidence.rebuilt))
    tamper(changed)
    return changed


@pytest.mark.parametrize("name", ["checkpoint_first", "off_by_one", "coverage_forgotten"])
async def test_a_planted_bug_is_found(stage: Stage, name: str) -> None:
    report = await Run(stage, shortened(SHORT, name)).play()
    print(report.line())
    assert set(report.broken) & set(MUTANTS[name].caught_by), report.line()
