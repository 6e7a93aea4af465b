"""The short form of the harness: one run in which everything is killed and broken, and bugs that it must find."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.chaos.check import broken, verdicts
from tests.chaos.evidence import Evidence
from tests.chaos.mutants import MUTANTS
from tests.chaos.plan import Sizes
from tests.chaos.run import Plan, Run, shortened
from tests.chaos.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHORT = Plan(
    seed=11,
    seconds=40.0,
    clients=4,
    sizes=Sizes(rates={**Sizes().rates, "crash_database": 3, "crash_broker": 1.5, "wipe_topic": 1.5}),
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage() -> AsyncIterator[Stage]:
    """Servers and a fork server, once for these tests."""
    async with Stage() as made:
        yield made
    made.remove()


def _without_record(evidence: Evidence) -> None:
    evidence.topics["order"].pop()


def _without_fact(evidence: Evidence) -> None:
    evidence.stores["order"].facts.pop()


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


TAMPERING: dict[Callable[[Evidence], None], set[str]] = {
    _without_record: {"I2"},
    _without_fact: {"I1", "I4"},
    _doubled: {"I5", "I9", "I10", "I25"},
    _without_answer: {"I1"},
    _row_changed: {"I6"},
    _margin_changed: {"I35"},
    _unparked: {"I14"},
    _out_of_order: {"I51"},
}


async def test_nothing_is_lost_doubled_or_wrong_whatever_is_killed(stage: Stage) -> None:
    run = Run(stage, SHORT)
    report = await run.play()
    print(report.line())
    assert report.good, report.line()
    assert report.kills_in_all >= 60
    assert report.faults["crash_database"] >= 1
    assert report.duplicates > 0
    assert report.invoices > 0
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
    changed = Evidence(stores, topics, history, evidence.poisoned, evidence.junk)
    tamper(changed)
    return changed


@pytest.mark.parametrize("name", ["checkpoint_first", "lost_answer_is_no", "off_by_one"])
async def test_a_planted_bug_is_found(stage: Stage, name: str) -> None:
    report = await Run(stage, shortened(SHORT, name)).play()
    print(report.line())
    assert set(report.broken) & set(MUTANTS[name].caught_by), report.line()
