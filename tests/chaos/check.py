"""The verdicts on a run: every invariant by name, with what does not hold."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from tests.chaos.check_bills import check_bill_numbers, check_bills, check_fees_kept, check_shares, check_totals
from tests.chaos.check_fees import check_amounts, check_coverage, check_fees
from tests.chaos.check_ledger import check_schedules, check_vouchers
from tests.chaos.check_log import (
    Problem,
    check_answers,
    check_marks,
    check_real_time,
    check_streams,
    check_transport,
)
from tests.chaos.check_money import check_conservation, check_documents, check_margin, check_numbers
from tests.chaos.check_runs import check_runs
from tests.chaos.check_sla import check_clocks
from tests.chaos.check_views import check_parked, check_rebuilt, check_versions, check_views
from tests.chaos.evidence import Evidence

LIVENESS = "live"
Checks = Mapping[Callable[[Evidence], Iterable[Problem]], tuple[str, ...]]
BILLED: Checks = {
    check_coverage: ("I31",),
    check_amounts: ("I30", "I31", "I33"),
    check_fees: ("I10",),
    check_runs: ("I22", LIVENESS),
    check_bills: ("I1", "I10"),
    check_shares: ("I10", "I33"),
    check_totals: ("I33",),
    check_bill_numbers: ("I25",),
    check_fees_kept: ("I34",),
    check_vouchers: ("I36",),
    check_schedules: ("I32", "I36"),
}
"""Those of subscription billing."""
CHECKS: Checks = {
    check_answers: ("I1", "I20"),
    check_transport: ("I2", "I3", "I4"),
    check_streams: ("I5",),
    check_views: ("I6",),
    check_versions: ("I6",),
    check_rebuilt: ("I7",),
    check_marks: (LIVENESS,),
    check_documents: ("I9", "I10", "I33"),
    check_parked: ("I14",),
    check_numbers: ("I25",),
    check_conservation: ("I34", "I36"),
    check_margin: ("I35",),
    check_clocks: ("I40", "I41"),
    **BILLED,
    check_real_time: ("I50", "I51"),
}
"""Each check with the invariants that it may find broken."""


WATCHED = ("I8", "I13", "I16", "I21")
"""Seen while it runs: marks and epochs that go back, transactions that stay, answers that no fault explains."""


def verdicts(evidence: Evidence, seen: Iterable[Problem] = ()) -> dict[str, list[str]]:
    """What does not hold, by invariant; every invariant is named. `seen` was found while it ran."""
    found: dict[str, list[str]] = defaultdict(list)
    for check, names in CHECKS.items():
        for name in names:
            found[name] += []
        for name, problem in check(evidence):
            found[name].append(problem)
    for name in WATCHED:
        found[name] += []
    for name, problem in seen:
        found[name].append(problem)
    found["I21"] += [f"an answer that no fault explains: {fault}" for fault in evidence.history.faults]
    return dict(found)


def broken(found: Mapping[str, list[str]]) -> list[str]:
    """The invariants of safety that do not hold."""
    return [name for name, problems in found.items() if problems and name != LIVENESS]
