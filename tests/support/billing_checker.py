"""What must hold of billing whatever was killed: folds of its own over raw facts, sharing no code with the product."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.support.checker import Raw

COVERING = ("regular", "non_regular")
DOCUMENTS = ("InvoicePosted", "CreditNotePosted")


@dataclass
class Told:
    """Facts by their class, each with its stream, in order of positions."""

    by_name: Mapping[str, list[tuple[str, dict[str, Any]]]] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Iterable[Raw]) -> "Told":
        found: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
        for fact in facts:
            found[fact.name.split(".")[1]].append((fact.stream, fact.says))
        return cls(found)

    def named(self, *names: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name in names:
            yield from self.by_name.get(name, [])


def check_billing(facts: Iterable[Raw]) -> list[str]:
    """Everything that does not hold: I30 to I33, I36 and I22."""
    told = Told.of(facts)
    return [
        *_fees(told),
        *_coverage(told),
        *_adjusted(told),
        *_documents(told),
        *_invoiced_once(told),
        *_recognised(told),
        *_vouchers(told),
        *_runs(told),
    ]


def _money(value: Mapping[str, str]) -> Decimal:
    return Decimal(value["amount"])


def _days(value: Mapping[str, str]) -> Iterator[date]:
    first, last = date.fromisoformat(value["from"]), date.fromisoformat(value["to"])
    return (first + timedelta(days=day) for day in range((last - first).days + 1))


def _length(value: Mapping[str, str]) -> int:
    return sum(1 for _ in _days(value))


def _fees(told: Told) -> Iterator[str]:
    """I30: a fee is its share of the price, within a cent, and its shares are the fee (I33)."""
    for stream, fee in told.named("FeeCreated"):
        if fee["kind"] in COVERING:
            price = _money(fee["base_price"]) * Decimal(fee["index"]) / 100 * (1 + Decimal(fee["percentage"]) / 100)
            exact = price * _length(fee["days"]) / _length(fee["period"])
            if abs(exact - _money(fee["amount"])) > Decimal("0.005"):
                yield f"fee {stream} is {fee['amount']}, wanted {exact}"
        if sum((_money(share["amount"]) for share in fee["shares"]), Decimal(0)) != _money(fee["amount"]):
            yield f"the shares of fee {stream} are not the fee"


def _coverage(told: Told) -> Iterator[str]:
    """I31: no day is covered twice; what a subscription remembers and the fees there are is the same."""
    freed = {fact["fee"] for _, fact in told.named("FeeDaysFreed")}
    remembered = Counter(fee["fee"] for _, fact in told.named("SubscriptionBilled") for fee in fact["fees"])
    created = Counter(stream for stream, _ in told.named("FeeCreated"))
    if remembered != created:
        yield f"fees that differ from what is remembered: {sorted((remembered - created) + (created - remembered))}"
    covered = Counter[tuple[str, date]]()
    for stream, fee in told.named("FeeCreated"):
        if fee["kind"] in COVERING and stream not in freed:
            covered.update((fee["subscription"], day) for day in _days(fee["days"]))
    for (subscription, day), count in covered.items():
        if count > 1:
            yield f"{subscription} is billed {count} times for {day}"


def _adjusted(told: Told) -> Iterator[str]:
    """I31: a fee and its adjustments are never below zero."""
    net: dict[str, Decimal] = defaultdict(Decimal)
    for stream, fee in told.named("FeeCreated"):
        net[fee.get("adjusts", stream)] += _money(fee["amount"])
    yield from (f"fee {fee} nets {amount}" for fee, amount in net.items() if amount < 0)


def _documents(told: Told) -> Iterator[str]:
    """I33 and INV-12: documents add up, and numbers are gapless and in order."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for name in DOCUMENTS:
        for stream, document in told.named(name):
            series, _, number = document["number"].rpartition("-")
            numbers[series].append(int(number))
            lines = sum((_money(line["gross"]) for line in document["lines"]), Decimal(0))
            if not _money(document["total"]) == lines == _money(document["net"]) + _money(document["tax"]):
                yield f"document {stream} does not add up"
    for series, found in numbers.items():
        if found != list(range(1, len(found) + 1)):
            yield f"numbers of {series}: {found}"


def _invoiced_once(told: Told) -> Iterator[str]:
    """I33: a share of a fee stands on one invoice and at most one credit note; a proposal became one document."""
    charged, credited = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    for _, document in told.named(*DOCUMENTS):
        for line in document["lines"]:
            (credited if "reverses" in line else charged)[line["fee"], line["share"]] += 1
    fees = Counter((stream, fact["share"]) for stream, fact in told.named("FeeInvoiced"))
    if charged != fees:
        yield f"lines that differ from what fees know: {sorted((charged - fees) + (fees - charged))}"
    yield from (f"{share} is invoiced {count} times" for share, count in charged.items() if count > 1)
    yield from (f"{share} is credited without an invoice" for share in credited - charged)
    proposals = Counter(document["proposal"] for _, document in told.named(*DOCUMENTS))
    posted = Counter(stream for stream, _ in told.named("ProposalInvoiced"))
    if proposals != posted:
        yield f"proposals and documents differ: {sorted((proposals - posted) + (posted - proposals))}"


def _recognised(told: Told) -> Iterator[str]:
    """I32: the lines of a schedule are the net that was invoiced, and each is earned once at a time."""
    nets = {
        line["schedule"]: _money(line["accounting_net"])
        for _, document in told.named(*DOCUMENTS)
        for line in document["lines"]
        if "schedule" in line
    }
    built = dict(told.named("ScheduleBuilt"))
    if len(built) != len(told.by_name.get("ScheduleBuilt", [])):
        yield "a schedule is built twice"
    if nets.keys() != built.keys():
        yield f"schedules that differ from the documents: {sorted(nets.keys() ^ built.keys())}"
    for stream, fact in built.items():
        if sum((_money(line["amount"]) for line in fact["lines"]), Decimal(0)) != nets.get(stream):
            yield f"schedule {stream} is not what was invoiced"
    earned = Counter((stream, fact["line"]) for stream, fact in told.named("RevenueAccrued"))
    reversed_ = Counter((stream, fact["line"]) for stream, fact in told.named("AccrualReversed"))
    for line, count in earned.items():
        if count - reversed_[line] not in (0, 1):
            yield f"{line} is earned {count} times and reversed {reversed_[line]} times"


def _vouchers(told: Told) -> Iterator[str]:
    """I36: every voucher sums to zero, is there once, and is there for all that should have one."""
    wanted = Counter(voucher for _, document in told.named(*DOCUMENTS) for voucher in document["vouchers"])
    wanted.update(fact["voucher"] for _, fact in told.named("RevenueAccrued", "AccrualReversed"))
    found = Counter(stream for stream, _ in told.named("VoucherPosted"))
    if wanted != found:
        yield f"vouchers that differ from what was posted: {sorted((wanted - found) + (found - wanted))}"
    for stream, voucher in told.named("VoucherPosted"):
        if sum((_money(entry["amount"]) for entry in voucher["entries"]), Decimal(0)):
            yield f"voucher {stream} does not sum to zero"


def _runs(told: Told) -> Iterator[str]:
    """I22: what runs say that they made is what there is."""
    made = Counter(fee["run"] for _, fee in told.named("FeeCreated") if "run" in fee)
    for stream, run in told.named("FeeRunCompleted"):
        if run["created"] != made[stream]:
            yield f"fee run {stream} says {run['created']}, there are {made[stream]}"
    lines = Counter[str]()
    runs = {stream: fact.get("run") for stream, fact in told.named("ProposalCreated")}
    for stream, _ in told.named("ProposalLineAdded"):
        lines[runs.get(stream) or ""] += 1
    for stream, run in told.named("ProposalRunCompleted"):
        if run["lines"] != lines[stream]:
            yield f"proposal run {stream} says {run['lines']}, there are {lines[stream]}"
    earned = Counter(fact["run"] for _, fact in told.named("RevenueAccrued") if "run" in fact)
    for stream, run in told.named("AccrualRunCompleted"):
        if run["posted"] != earned[stream]:
            yield f"accrual run {stream} says {run['posted']}, there are {earned[stream]}"
