"""Signed-off lines become final, in one step, and everybody is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from libs.events import order as says
from libs.events.reference import LineType
from libs.kernel.decider import Rejected
from libs.kernel.ids import natural_id
from services.order.domain.service_order import guards
from services.order.domain.service_order.guards import Refusal
from services.order.domain.service_order.progress import settled
from services.order.domain.service_order.references import LineReferences
from services.order.domain.service_order.state import (
    CreatedLine,
    Failure,
    Header,
    LineValues,
    Open,
    Posted,
    PostedLine,
    created_lines,
    heard,
    told,
    with_lines,
)
from services.order.domain.service_order.surroundings import Surroundings


@dataclass(frozen=True, kw_only=True)
class Post:
    """Post the signed-off lines of these types, of these lines; None takes every one. Source: PST-03, PST-04.

    `found` holds the records that each Created line names, as they are now; a line that is not in it was not there
    when the posting was asked for, and stays out of it.
    """

    order_id: str
    found: Mapping[int, LineReferences]
    types: frozenset[LineType] | None = None
    lines: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Posting:
    """One posting of an order: its number counts 1, 2, ... and gives it its ids. Source: POS-11, contracts 4."""

    order_id: str
    number: int

    @property
    def id(self) -> str:
        """The id of the posting."""
        return natural_id("posting", self.order_id, self.number)

    def line(self, number: int, values: LineValues) -> says.OrderLinePosted:
        """The transaction of a line at these values. Source: PST-05."""
        transaction = natural_id("transaction", self.order_id, number, self.number)
        return self._line_posted(number, values, transaction, None)

    def reversal(self, number: int, line: PostedLine) -> says.OrderLinePosted:
        """The transaction that takes the line's live one back. Source: PST-11, POS-10."""
        transaction = natural_id("transaction", self.order_id, number, self.number, "reversal")
        before = line.values
        values = replace(before, quantity=-before.quantity, cost=-before.cost, sales=-before.sales)
        return self._line_posted(number, values, transaction, says.PostedBefore(posting=line.posting, line=number))

    def summary(
        self, order: Open | Posted, facts: Sequence[says.OrderLinePosted], reason: str | None = None
    ) -> says.OrderPosted:
        """What downstream invoicing reacts to. Source: contracts 1."""
        after = reduce(line_posted, facts, order)
        return says.OrderPosted(
            posting_id=self.id,
            posting_number=self.number,
            order_id=self.order_id,
            order_number=order.header.number,
            final=not created_lines(after),
            reason=reason,
            lines=tuple(_line(fact) for fact in facts),
            **{name: getattr(order.header, name) for name in _HEADER},
        )

    def _line_posted(
        self, number: int, values: LineValues, transaction: str, reverses: says.PostedBefore | None
    ) -> says.OrderLinePosted:
        return says.OrderLinePosted(
            line=number,
            posting_id=self.id,
            posting_number=self.number,
            transaction=transaction,
            reverses=reverses,
            **told(values),
        )


_HEADER = ("customer", "project", "agreement", "currency", "service_date")


def post(command: Post, order: Open, _: Surroundings) -> Sequence[says.OrderFact]:
    """Each line posts or says why not; then, if one posted, the order says so. Source: PST-02, PST-05, PST-06."""
    posting = Posting(command.order_id, order.postings + 1)
    tried = [
        _tried(posting, number, line, order.header, command.found[number])
        for number, line in _chosen(command, order).items()
    ]
    posted = [fact for fact in tried if isinstance(fact, says.OrderLinePosted)]
    return [*tried, posting.summary(order, posted)] if posted else tried


def _chosen(command: Post, order: Open) -> dict[int, CreatedLine]:
    """The signed-off lines that the command means. Source: PST-02, PST-04, POS-02."""
    for number in command.lines or ():
        guards.insist(guards.is_signed_off(number, guards.created(order, number)))
    chosen = {
        number: line
        for number, line in created_lines(order).items()
        if line.signed_off
        and number in command.found
        and (command.lines is None or number in command.lines)
        and (command.types is None or line.values.type in command.types)
    }
    if not chosen:
        raise Rejected.state("nothing_to_post", "no created line that is meant is signed off")
    return chosen


def _tried(
    posting: Posting, number: int, line: CreatedLine, header: Header, found: LineReferences
) -> says.OrderLinePosted | says.OrderLinePostingFailed:
    refusal = _postable(line, header, found)
    if refusal is None:
        return posting.line(number, line.values)
    return says.OrderLinePostingFailed(line=number, reason=refusal.reason, sentence=refusal.sentence)


def _postable(line: CreatedLine, header: Header, found: LineReferences) -> Refusal:
    """The project and what the line names still stand, and its prices are known. Source: PST-06, PST-07."""
    return guards.first(
        guards.project_stands(header, found.project),
        guards.known("category", line.values.category, found.category),
        guards.category_fits(line.values, found.category),
        guards.known("worker", line.values.worker, found.worker),
        _price_known(line),
    )


def _price_known(line: CreatedLine) -> Refusal:
    if line.price_source != "missing":
        return None
    return Rejected.state("price_missing", "no price was found for the line: set it by hand")


def _line(fact: says.OrderLinePosted) -> says.PostedLine:
    return says.PostedLine(**{name: getattr(fact, name) for name in says.PostedLine.model_fields})


def line_posted(order: Open | Posted, fact: says.OrderLinePosted) -> Open | Posted:
    """The line's transaction lives; a reversal leaves the place to the replacement that is appended with it."""
    if fact.reverses is not None or not isinstance(order.lines.get(fact.line), CreatedLine | PostedLine):
        return order
    line = PostedLine(heard(fact), fact.posting_number, fact.transaction)
    return settled(with_lines(order, {fact.line: line}))


def failed(order: Open, fact: says.OrderLinePostingFailed) -> Open:
    """The line stays Created and remembers why it did not post. Source: PST-06."""
    match order.lines.get(fact.line):
        case CreatedLine() as line:
            return with_lines(order, {fact.line: replace(line, failure=Failure(fact.reason, fact.sentence))})
        case _:
            return order


def posted(order: Open | Posted, fact: says.OrderPosted) -> Open | Posted:
    """One more posting."""
    return replace(order, postings=fact.posting_number)
