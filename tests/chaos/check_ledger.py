"""The ledger of subscriptions: every voucher sums to zero and has one cause, and revenue is earned once, to the cent."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from tests.chaos.billed import DOCUMENTS, ZERO, Says, Told, amount, told
from tests.chaos.check_log import Problem
from tests.chaos.evidence import Evidence

SCHEDULED = ("ScheduleBuilt", "RevenueAccrued", "AccrualReversed", "ScheduleLinesDropped")
SOURCES = {
    "InvoicePosted": "invoice",
    "CreditNotePosted": "credit_note",
    "RevenueAccrued": "accrual",
    "AccrualReversed": "accrual_reversal",
}


def check_vouchers(evidence: Evidence) -> Iterator[Problem]:
    """I36: a voucher sums to zero; it was posted once, for one thing that names it, on the day and in the append of that."""
    wanted = Counter[tuple[str, str, str, str, int]]()
    for one in told(evidence, *SOURCES):
        day = one.says["issued_on"] if one.name in DOCUMENTS else one.says["on"]
        for voucher in one.says.get("vouchers") or [one.says["voucher"]]:
            wanted[voucher, SOURCES[one.name], one.stream, day, one.fact.recorded] += 1
    found = Counter[tuple[str, str, str, str, int]]()
    for one in told(evidence, "VoucherPosted"):
        says = one.says
        found[one.stream, says["source"], says["belongs_to"], says["on"], one.fact.recorded] += 1
        if sum((amount(entry["amount"]) for entry in says["entries"]), ZERO):
            yield "I36", f"voucher {one.stream} does not balance"
    yield from (("I36", f"voucher {voucher} is not there, or not as often") for voucher in wanted - found)
    yield from (("I36", f"voucher {voucher} has nothing it was posted for") for voucher in found - wanted)


@dataclass
class Schedule:
    """What is earned of a line of a document: the amounts by line, and how far each is."""

    built: Says
    amounts: dict[int, Decimal]
    states: dict[int, str]
    posted: dict[int, int] = field(default_factory=dict)
    """How often each was earned."""

    def sum(self, state: str) -> Decimal:
        """What the lines in a state come to."""
        return sum((self.amounts[line] for line, own in self.states.items() if own == state), ZERO)


def check_schedules(evidence: Evidence) -> Iterator[Problem]:
    """I32: the lines of a schedule come to what was invoiced; each is earned, taken back and dropped in its turn only."""
    schedules = dict[str, Schedule]()
    for one in told(evidence, *SCHEDULED):
        yield from _scheduled(one, schedules)
    lines = {
        line["schedule"]: (one.stream, line["line"], amount(line["accounting_net"]))
        for one in told(evidence, *DOCUMENTS)
        for line in one.says["lines"]
        if "schedule" in line
    }
    for key, own in schedules.items():
        built = (own.built["document"], own.built["document_line"], sum(own.amounts.values(), ZERO))
        if lines.pop(key, None) != built or amount(own.built["amount"]) != built[2]:
            yield "I32", f"schedule {key} earns {built}, and that is not what was invoiced"
    yield from (("I32", f"schedule {key} of {line} is not there") for key, line in lines.items())
    yield from _check_accounts(evidence, schedules)


def _scheduled(one: Told, schedules: dict[str, Schedule]) -> Iterator[Problem]:
    """What a fact does to its schedule, and whether it may."""
    says = one.says
    if one.name == "ScheduleBuilt":
        if one.stream in schedules:
            yield "I32", f"schedule {one.stream} was built twice"
        amounts = {line["line"]: amount(line["amount"]) for line in says["lines"]}
        schedules[one.stream] = Schedule(says, amounts, dict.fromkeys(amounts, "open"))
        return
    own = schedules[one.stream]
    before, after = ("posted", "open") if one.name == "AccrualReversed" else ("open", "posted")
    if one.name == "ScheduleLinesDropped":
        lines, after = says["lines"], "dropped"
    else:
        lines = [says["line"]]
    own.posted |= {line: own.posted.get(line, 0) + (one.name == "RevenueAccrued") for line in lines}
    if any(own.states[line] != before for line in lines):
        yield "I32", f"schedule {one.stream}: {one.name} of lines {lines} that were {own.states}"
    if "count" in says and says["count"] != own.posted[says["line"]]:
        yield "I32", f"schedule {one.stream}, line {says['line']}: {one.name} says {says['count']}"
    if amount(says["amount"]) != sum((own.amounts[line] for line in lines), ZERO):
        yield "I32", f"schedule {one.stream}: {one.name} of lines {lines} is {says['amount']}"
    own.states |= dict.fromkeys(lines, after)


def _check_accounts(evidence: Evidence, schedules: dict[str, Schedule]) -> Iterator[Problem]:
    """I32, I36: what stands on the accounts is what documents and schedules come to, to the cent."""
    balances = defaultdict[str, Decimal](Decimal)
    for one in told(evidence, "VoucherPosted"):
        for entry in one.says["entries"]:
            balances[entry["posting_type"]] += amount(entry["amount"])
    documents = list(told(evidence, *DOCUMENTS))
    net, tax, total = (sum((amount(one.says[name]) for one in documents), ZERO) for name in ("net", "tax", "total"))
    open_, earned = (sum((own.sum(state) for own in schedules.values()), ZERO) for state in ("open", "posted"))
    if balances["wip_subscription"] != -open_:
        yield "I32", f"{-balances['wip_subscription']} is deferred in the ledger, {open_} in the schedules"
    if balances["accrued_revenue_subscription"] != open_:
        yield "I32", f"accrued revenue is {balances['accrued_revenue_subscription']}, wanted {open_} beside {earned}"
    for account, wanted in (("customer", total), ("tax", -tax), ("invoiced_revenue", -net)):
        if balances[account] != wanted:
            yield "I36", f"{account} stands at {balances[account]}, documents come to {wanted}"
    if sum(balances.values(), ZERO):
        yield "I36", f"the trial balance comes to {sum(balances.values(), ZERO)}"
