"""What the reports on subscription billing must say, counted by hand from the facts; shares nothing with the product."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from libs.events.fact import Fact

Said = tuple[str, Fact]
"""A fact with its stream."""
Balances = dict[tuple[str, str], Decimal]


def states(said: Iterable[Said]) -> dict[str, str]:
    """How far every fee is, by its stream."""
    found: dict[str, str] = {}
    becomes = {
        "FeeCreated": "chargeable",
        "FeeTakenOffProposal": "chargeable",
        "FeeInvoiced": "invoiced",
        "FeeUnselected": "invoiced",
        "FeeSelectedForCredit": "selected_for_credit",
        "FeeCredited": "credited",
        "FeeDeleted": "deleted",
    }
    for stream, fact in said:
        name = type(fact).__name__
        if name == "FeePutOnProposal":
            found[stream] = "on_credit_proposal" if _of(fact)["credit"] else "on_proposal"
        elif name in becomes:
            found[stream] = becomes[name]
    return {stream: state for stream, state in found.items() if state != "deleted"}


def deferred(said: Iterable[Said]) -> Balances:
    """What is still to be earned at the end of each month with a movement, by group."""
    groups, moved = dict[str, str](), defaultdict[tuple[str, str], Decimal](Decimal)
    for stream, fact in said:
        about, name = _of(fact), type(fact).__name__
        if name == "ScheduleBuilt":
            groups[stream] = about["group"]
        day = {"ScheduleBuilt": "issued_on", "ScheduleLinesDropped": "credited_on"}.get(name, "on")
        sign = {"ScheduleBuilt": 1, "AccrualReversed": 1, "RevenueAccrued": -1, "ScheduleLinesDropped": -1}.get(name)
        if sign:
            moved[groups[stream], about[day][:7]] += sign * Decimal(about["amount"]["amount"])
    return _closing(moved)


def ledger(said: Iterable[Said]) -> Balances:
    """The balance of every account at the end of each month with a movement."""
    moved = defaultdict[tuple[str, str], Decimal](Decimal)
    for _, fact in said:
        if type(fact).__name__ == "VoucherPosted":
            about = _of(fact)
            for entry in about["entries"]:
                moved[entry["account"], about["on"][:7]] += Decimal(entry["amount"]["amount"])
    return _closing(moved)


def revenue(said: Iterable[Said], basis: str) -> dict[str, Decimal]:
    """Subscription revenue by project. Earned: what was recognised, and lines that are not earned over time."""
    projects, accruing, found = dict[str, str](), set[tuple[str, int]](), defaultdict[str, Decimal](Decimal)
    for stream, fact in said:
        about, name = _of(fact), type(fact).__name__
        if name == "ScheduleBuilt":
            projects[stream] = about["project"]
        for line in about.get("lines", ()) if name in ("InvoicePosted", "CreditNotePosted") else ():
            if line.get("schedule"):
                accruing.add((stream, line["line"]))
            back = line.get("reverses")
            over_time = line.get("schedule") or (back and (back["document"], back["line"]) in accruing)
            if basis == "invoiced" or not over_time:
                found[line["project"]] += Decimal(line["accounting_net"]["amount"])
        if basis == "earned" and name in ("RevenueAccrued", "AccrualReversed"):
            sign = 1 if name == "RevenueAccrued" else -1
            found[projects[stream]] += sign * Decimal(about["amount"]["amount"])
    return dict(found)


def _closing(moved: Mapping[tuple[str, str], Decimal]) -> Balances:
    return {
        (key, month): sum(
            (amount for (other, when), amount in moved.items() if other == key and when <= month), Decimal(0)
        )
        for key, month in moved
    }


def _of(fact: Fact) -> dict[str, Any]:
    return fact.model_dump(mode="json")
