"""Runs of billing: each is over, did what it says that it did, looked at nothing twice, and left nobody out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain

from tests.chaos.billed import COVERING, ZERO, Says, Told, amount, days_of, told
from tests.chaos.check_log import Problem
from tests.chaos.evidence import Evidence

MADE = ("FeeCreated", "ProposalLineAdded", "RevenueAccrued")
"""What runs make."""
Sums = tuple[Decimal, Decimal]
"""How much, and what it comes to; only accrual runs tell of amounts."""


def check_runs(evidence: Evidence) -> Iterator[Problem]:
    """I22: what a run says is what it did, step by step; it looked at nothing twice and left out nobody it was to bill."""
    runs, did = _runs(evidence), _done_by_runs(evidence)
    for run, own in runs.items():
        steps = [one for one in own if one.name.endswith("Advanced")]
        ends = [one for one in own if one.name.endswith("Completed")]
        if len(ends) != 1:
            yield ("I22" if ends else "live"), f"run {run} is over {len(ends)} times"
        said = _sum(steps)
        if said != did.get(run, (ZERO, ZERO)):
            yield "I22", f"run {run} says {said}, and did {did.get(run)}"
        if ends and _sum(ends) != said:
            yield "I22", f"run {run} says {_sum(ends)} in the end, {said} step by step"
        through = [one.says["through"] for one in steps]
        if through != sorted(set(through)):
            yield "I22", f"run {run} looked twice at the same: {through}"
    yield from (("I22", f"there is no run {run}, and it did {did[run]}") for run in did.keys() - runs.keys())
    yield from _left_out(evidence, runs)


def _runs(evidence: Evidence) -> Mapping[str, Sequence[Told]]:
    """Every run's own facts."""
    runs = defaultdict[str, list[Told]](list)
    for one in told(evidence):
        if one.name.endswith(("RunRequested", "RunAdvanced", "RunCompleted")):
            runs[one.stream].append(one)
    return runs


def _sum(facts: Sequence[Told]) -> Sums:
    counted = [next(one.says[name] for name in ("created", "posted", "lines") if name in one.says) for one in facts]
    worth = [amount(one.says["amount"]) for one in facts if "amount" in one.says]
    return sum(map(Decimal, counted), ZERO), sum(worth, ZERO)


def _done_by_runs(evidence: Evidence) -> Mapping[str, Sums]:
    """What was made by every run: lines of a proposal in the append that began it."""
    did = defaultdict[str, Sums](lambda: (ZERO, ZERO))
    begun = dict[tuple[str, int], str]()
    for one in told(evidence, "ProposalCreated", *MADE):
        run = one.says.get("run")
        if one.name == "ProposalCreated" and run:
            begun[one.stream, one.fact.recorded] = run
        if one.name == "ProposalLineAdded":
            run = begun.get((one.stream, one.fact.recorded))
        if run and one.name in MADE:
            worth = amount(one.says["amount"]) if one.name == "RevenueAccrued" else ZERO
            did[run] = (did[run][0] + 1, did[run][1] + worth)
    return did


def _left_out(evidence: Evidence, runs: Mapping[str, Sequence[Told]]) -> Iterator[Problem]:
    """When a run is done with a subscription, every day that was asked for is covered, or it is parked or over."""
    courses = defaultdict[str, list[Told]](list)
    for one in told(evidence, "SubscriptionBilled", "FeeDaysFreed", "SubscriptionParked", "SubscriptionCancelled"):
        courses[one.stream].append(one)
    for run, subscription in evidence.history.billed:
        own = runs.get(run, ())
        done = (one for one in own if one.name == "FeeRunAdvanced" and one.says["through"] >= subscription)
        step = next(chain(done, (one for one in own if one.name == "FeeRunCompleted")), None)
        if step is None:
            continue
        course = [one for one in courses[subscription] if one.fact.position <= step.fact.position]
        over = any(one.name in ("SubscriptionParked", "SubscriptionCancelled") for one in course)
        left = set() if over else days_of(own[0].says["days"]) - _covered(course)
        if left:
            yield "I22", f"run {run} left {len(left)} days of {subscription} out"


def _covered(course: Sequence[Told]) -> set[date]:
    live = dict[str, Says]()
    for one in course:
        if one.name == "FeeDaysFreed":
            live.pop(one.says["fee"], None)
        live |= {fee["fee"]: fee["days"] for fee in one.says.get("fees", ()) if fee["kind"] in COVERING}
    return {day for days in live.values() for day in days_of(days)}
