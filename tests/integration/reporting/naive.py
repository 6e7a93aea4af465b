"""What the margin report must say, worked out again from the facts alone, in the plainest way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from libs.events import order as told
from libs.events.fact import Fact
from libs.events.invoicing import CreditNoteIssued, Document
from libs.events.reference import CustomerRecorded

Row = dict[str, Any]


@dataclass
class _Line:
    planned: told.LineValues
    state: str = "created"
    entries: list[told.OrderLinePosted] = field(default_factory=list)
    documents: list[tuple[str, Decimal]] = field(default_factory=list)

    @property
    def live(self) -> told.OrderLinePosted | None:
        """The last entry that nobody has taken back; entries of one posting have no order."""
        back = {entry.reverses.posting for entry in self.entries if entry.reverses}
        stands = [entry for entry in self.entries if not entry.reverses and entry.posting_number not in back]
        return stands[-1] if stands else None


def margin_rows(facts: Iterable[Fact], streams: Iterable[str]) -> list[Row]:
    """The rows of the report, by order number and line; `streams` tells the stream of each fact."""
    headers: dict[str, told.OrderCreated] = {}
    lines: dict[tuple[str, int], _Line] = {}
    documents: list[tuple[str, Document]] = []
    names: dict[str, str] = {}
    for stream, fact in zip(streams, facts, strict=True):
        match fact:
            case told.OrderCreated():
                headers[stream] = fact
            case CustomerRecorded():
                names[fact.customer] = fact.name
            case Document():
                documents.append((stream, fact))
            case _:
                _tell(stream, fact, lines)
    for stream, document in documents:
        _issue(stream, document, lines)
    numbered = sorted(((headers[order].number, number, order) for order, number in lines), key=lambda each: each[:2])
    return [
        _row(headers[order], order, number, lines, names)
        for _, number, order in numbered
        if _counts(lines[order, number])
    ]


def _tell(order: str, fact: Fact, lines: dict[tuple[str, int], _Line]) -> None:
    match fact:
        case told.OrderLinePosted():
            lines[order, fact.line].entries.append(fact)
            lines[order, fact.line].state = "posted"
        case told.OrderLineAdded() | told.OrderLineRevised():
            lines[order, fact.line] = _Line(fact)
        case told.OrderLinePriceOverridden():
            prices = {name: getattr(fact, name) for name in ("unit_cost", "cost", "unit_price", "sales")}
            lines[order, fact.line].planned = lines[order, fact.line].planned.model_copy(update=prices)
        case told.OrderLineCanceled():
            lines[order, fact.line].state = "canceled"
        case told.OrderCanceled():
            for number in fact.lines:
                lines[order, number].state = "canceled"
        case _:
            return


def _issue(order: str, document: Document, lines: dict[tuple[str, int], _Line]) -> None:
    sign = -1 if isinstance(document, CreditNoteIssued) else 1
    for entry in document.lines:
        if (order, entry.line) in lines:
            lines[order, entry.line].documents.append((document.number, sign * entry.amount.decimal))


def _counts(line: _Line) -> bool:
    return line.state != "canceled"


def _row(
    header: told.OrderCreated, order: str, number: int, lines: dict[tuple[str, int], _Line], names: dict[str, str]
) -> Row:
    line = lines[order, number]
    entries, values = line.entries, line.live or line.planned
    posted = line.state == "posted"
    cost = sum((entry.cost.decimal for entry in entries), Decimal(0)) if posted else line.planned.cost.decimal
    sales = sum((entry.sales.decimal for entry in entries), Decimal(0)) if posted else line.planned.sales.decimal
    documents = line.documents if posted else []
    invoiced = sum((amount for _, amount in documents), Decimal(0)) if documents else None
    others = {other.state for (of, _), other in lines.items() if of == order}
    return {
        "order_id": order,
        "number": header.number,
        "customer": header.customer,
        "customer_name": names.get(header.customer or ""),
        "progress": "in_process" if "created" in others else "posted",
        "line": number,
        "type": values.type,
        "worker": values.worker,
        "chargeable": values.chargeable,
        "quantity": sum((entry.quantity for entry in entries), Decimal(0)) if posted else line.planned.quantity,
        "cost": cost,
        "sales": sales,
        "margin": sales - cost,
        "state": ("invoiced" if invoiced == sales != 0 else "posted") if posted else "expected",
        "transaction": line.live.transaction if line.live else None,
        "invoice": [document for document, _ in documents] or None,
        "invoiced_sales": invoiced,
        "planned_quantity": line.planned.quantity,
        "planned_cost": line.planned.cost.decimal,
        "planned_sales": line.planned.sales.decimal,
    }
