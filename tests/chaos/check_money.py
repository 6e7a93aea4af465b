"""Documents and amounts: nothing doubled, nothing missing, and every sum the same from both ends."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from tests.chaos.check_log import Problem
from tests.chaos.evidence import Evidence, Fact
from tests.chaos.folding import fold
from tests.chaos.folds import FOLDS

POSTED, LINE_POSTED = "order.OrderPosted.v1", "order.OrderLinePosted.v1"
INVOICE, CREDIT_NOTE = "invoicing.InvoiceIssued.v1", "invoicing.CreditNoteIssued.v1"
ZERO = Decimal(0)


def _named(facts: Iterable[Fact], *names: str) -> list[tuple[Fact, Mapping[str, Any]]]:
    return [(fact, fact.says) for fact in facts if fact.name in names]


def _amount(money: Mapping[str, str]) -> Decimal:
    return Decimal(money["amount"])


def _worth(posting: Mapping[str, Any]) -> Decimal:
    return sum((_amount(line["sales"]) for line in posting["lines"] if line["chargeable"]), ZERO)


def check_documents(evidence: Evidence) -> Iterator[Problem]:
    """I9 and I10: a posting that is worth something has one document, caused by it, and nothing else has one."""
    documents, causes = defaultdict[str, list[Decimal]](list), defaultdict[str, int](int)
    postings = {f"{fact.stream}:{fact.version}": says for fact, says in _named(evidence.facts["order"], POSTED)}
    for fact, says in _named(evidence.facts["invoicing"], INVOICE, CREDIT_NOTE):
        sign = 1 if fact.name == INVOICE else -1
        cause = fact.meta["causation_id"]
        causes[cause] += 1
        documents[says["posting_id"]].append(sign * _amount(says["total"]))
        if cause not in postings or postings[cause]["posting_id"] != says["posting_id"]:
            yield "I10", f"{says['number']} was caused by {cause}, which is not its posting"
        if sum((_amount(line["amount"]) for line in says["lines"]), ZERO) != _amount(says["total"]):
            yield "I33", f"{says['number']}: the lines do not come to the total"
    yield from (("I9", f"{cause} took effect {times} times") for cause, times in causes.items() if times > 1)
    for says in postings.values():
        worth, found = _worth(says), documents.pop(says["posting_id"], [])
        if found != ([worth] if worth else []):
            yield "I10", f"posting {says['posting_id']} is worth {worth} and has the documents {found}"
    yield from (("I10", f"{posting} was never posted, and has {found}") for posting, found in documents.items())


def check_numbers(evidence: Evidence) -> Iterator[Problem]:
    """I25: the numbers of each kind and year count from 1 without a hole, in the order of issue."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for _, says in _named(evidence.facts["invoicing"], INVOICE, CREDIT_NOTE):
        series, _, number = says["number"].rpartition("-")
        numbers[series].append(int(number))
    for series, found in numbers.items():
        wrong = [number for place, number in enumerate(found, 1) if number != place]
        if wrong:
            yield "I25", f"{series}: {len(wrong)} of {len(found)} numbers are out of place, first {wrong[0]}"


def check_conservation(evidence: Evidence) -> Iterator[Problem]:
    """I34 and I36: what was posted equals what was documented, by project and currency; lines equal their posting."""
    posted, documented = defaultdict[Any, Decimal](Decimal), defaultdict[Any, Decimal](Decimal)
    lines = defaultdict[str, list[tuple[int, str, str]]](list)
    for _, says in _named(evidence.facts["order"], LINE_POSTED):
        lines[says["posting_id"]].append((says["line"], says["cost"]["amount"], says["sales"]["amount"]))
    for _, says in _named(evidence.facts["order"], POSTED):
        posted[says["project"], says["currency"]] += _worth(says)
        told = [(line["line"], line["cost"]["amount"], line["sales"]["amount"]) for line in says["lines"]]
        if told != lines.pop(says["posting_id"], []):
            yield "I36", f"posting {says['posting_id']} does not say what its lines say"
    yield from (("I36", f"posting {posting} has lines only") for posting in lines)
    for fact, says in _named(evidence.facts["invoicing"], INVOICE, CREDIT_NOTE):
        amount = _amount(says["total"])
        documented[says["project"], says["currency"]] += amount if fact.name == INVOICE else -amount
    for place in posted.keys() | documented.keys():
        if posted[place] != documented[place]:
            yield "I34", f"{place}: {posted[place]} was posted, {documented[place]} documented"


def check_margin(evidence: Evidence) -> Iterator[Problem]:
    """I35: the margin of every line, and its sums by state and in all, equal the checker's own."""
    wanted = dict(_margins(evidence))
    found = {
        (row[0], row[1]): (row[2], Decimal(row[3]), Decimal(row[4])) for row in evidence.stores["reporting"].margins
    }
    for place in wanted.keys() | found.keys():
        if wanted.get(place) != found.get(place):
            yield "I35", f"the margin of {place} is {found.get(place)}, wanted {wanted.get(place)}"
    sums = [_sums(rows.values()) for rows in (wanted, found)]
    if sums[0] != sums[1]:
        yield "I35", f"the margins come to {sums[1]}, wanted {sums[0]}"


def _margins(evidence: Evidence) -> Iterator[tuple[tuple[str, int], tuple[str, Decimal, Decimal]]]:
    poisoned = dict.fromkeys(evidence.poisoned, 2)
    lines = fold(FOLDS["reporting", "order_line"], evidence.facts["order"], poisoned)
    invoiced = fold(FOLDS["reporting", "invoiced_line"], evidence.facts["invoicing"], {})
    for (order, key), versions in lines.items():
        row = versions[-1].row
        if row["state"] == "canceled":
            continue
        measure = "posted" if row["state"] == "posted" else "expected"
        cost, sales = Decimal(row[f"{measure}_cost"]), Decimal(row[f"{measure}_sales"])
        documents = invoiced.get((order, key))
        settled = measure == "posted" and documents is not None and Decimal(documents[-1].row["amount"]) == sales
        yield (order, int(key[0])), ("invoiced" if settled and sales else measure, cost, sales)


def _sums(rows: Iterable[tuple[str, Decimal, Decimal]]) -> Mapping[str, tuple[Decimal, Decimal]]:
    sums = defaultdict[str, tuple[Decimal, Decimal]](lambda: (ZERO, ZERO))
    for state, cost, sales in rows:
        for name in (state, "all"):
            sums[name] = (sums[name][0] + cost, sums[name][1] + sales)
    return dict(sums)
