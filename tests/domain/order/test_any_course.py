"""Orders that go any course at all: what holds whatever is commanded, in whatever order (MAR-12, LIF-01, POS-11)."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from libs.events import order as says
from libs.kernel.decider import Rejected
from libs.kernel.money import total
from services.order.domain.service_order import Command, service_order
from services.order.domain.service_order.adjustment import AdjustPostedLine
from services.order.domain.service_order.cancellation import CancelLine, CancelOrder
from services.order.domain.service_order.lines import AddLine, OverridePrice, ReviseLine
from services.order.domain.service_order.posting import Post
from services.order.domain.service_order.progress import progress, totals
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from services.order.domain.service_order.state import (
    Canceled,
    CreatedLine,
    Existing,
    LineEntry,
    Open,
    Posted,
    PostedLine,
    State,
    entry_of,
)
from tests.domain.order.records import ORDER, REPAIRS, call_out, create, found, hours, pumps, travel
from tests.support.spec import read_back

LINES = st.integers(1, 6)
SOME_LINES = st.none() | st.lists(LINES, max_size=3).map(tuple)
TYPES = st.none() | st.frozensets(st.sampled_from(["hour", "expense", "item", "fee"]))
UNITS = st.decimals("0", "200", places=4)
QUANTITIES = st.decimals("0.01", "40", places=2).map(str)
ENTRIES = st.builds(
    lambda make, quantity, charged: make(quantity, line_property=None if charged else "WARRANTY"),
    st.sampled_from([hours, travel, pumps, call_out]),
    QUANTITIES,
    st.booleans(),
)


class AnyCourse(RuleBasedStateMachine):
    """One order and the facts recorded of it. A refusal records nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.history: list[says.OrderFact] = []
        self.state: State = service_order.initial

    def ask(self, command: Command) -> None:
        try:
            facts = read_back(service_order.decide(command, self.state))
        except Rejected:
            return
        self.history += facts
        self.state = service_order.fold(facts, self.state)

    @initialize(kind=st.sampled_from(["time_and_material", "time_and_material", "fixed_price", "cost"]))
    def create(self, kind: Any) -> None:
        self.ask(create(project=replace(REPAIRS, type=kind)))

    @rule(entry=ENTRIES, unknown_price=st.booleans())
    def add(self, entry: LineEntry, unknown_price: bool) -> None:
        rows = found(entry)
        self.ask(AddLine(entry, replace(rows, sales_prices=()) if unknown_price else rows))

    @rule(line=LINES, quantity=QUANTITIES)
    def revise(self, line: int, quantity: str) -> None:
        present = self.state.lines.get(line) if isinstance(self.state, Existing) else None
        if present is not None:
            entry = replace(entry_of(present.values), quantity=Decimal(quantity))
            self.ask(ReviseLine(line, entry, found(entry)))

    @rule(line=LINES, unit_cost=st.none() | UNITS, unit_price=st.none() | UNITS)
    def override(self, line: int, unit_cost: Decimal | None, unit_price: Decimal | None) -> None:
        self.ask(OverridePrice(line=line, unit_cost=unit_cost, unit_price=unit_price, reason="agreed"))

    @rule(line=LINES)
    def cancel_line(self, line: int) -> None:
        self.ask(CancelLine(line))

    @rule(sure=st.integers(0, 9))
    def cancel(self, sure: int) -> None:
        if sure == 0:
            self.ask(CancelOrder())

    @rule(lines=SOME_LINES)
    def sign_off(self, lines: tuple[int, ...] | None) -> None:
        self.ask(SignOff(lines))

    @rule(lines=SOME_LINES)
    def withdraw(self, lines: tuple[int, ...] | None) -> None:
        self.ask(WithdrawSignOff(lines))

    @rule(lines=SOME_LINES, types=TYPES, lost=st.sets(LINES, max_size=2))
    def post(self, lines: tuple[int, ...] | None, types: Any, lost: set[int]) -> None:
        standing = self.state.lines if isinstance(self.state, Existing) else {}
        rows = {number: found(line.values) for number, line in standing.items()}
        rows |= {number: replace(rows[number], project=None) for number in lost & rows.keys()}
        self.ask(Post(order_id=ORDER, found=rows, lines=lines, types=types))

    @rule(
        line=LINES, quantity=st.none() | QUANTITIES, unit_price=st.none() | UNITS, chargeable=st.none() | st.booleans()
    )
    def adjust(self, line: int, quantity: str | None, unit_price: Decimal | None, chargeable: bool | None) -> None:
        many = None if quantity is None else Decimal(quantity)
        command = AdjustPostedLine(
            order_id=ORDER, line=line, reason="Miscounted", quantity=many, unit_price=unit_price, chargeable=chargeable
        )
        self.ask(command)

    def told(self, *kinds: type[says.OrderFact]) -> list[Any]:
        return [fact for fact in self.history if isinstance(fact, kinds)]

    @invariant()
    def the_state_is_what_the_history_comes_to(self) -> None:
        assert self.state == service_order.fold(self.history)

    @invariant()
    def progress_follows_from_what_was_told_of_the_lines(self) -> None:
        """LIF-01, read from the facts and not from the state."""
        if not isinstance(self.state, Existing):
            return
        whole = self.told(says.OrderCanceled)
        ended = {fact.line for fact in self.told(says.OrderLineCanceled)} | {n for fact in whole for n in fact.lines}
        posted = {fact.line for fact in self.told(says.OrderLinePosted)}
        lines = {fact.line for fact in self.told(says.OrderLineAdded)}
        assert not ended & posted
        if whole or (lines and lines == ended):
            expected = "canceled"
        else:
            expected = "posted" if lines and lines == ended | posted else "in_process"
        assert progress(self.state) == expected
        kinds = {"posted": Posted, "in_process": Open, "canceled": Canceled if whole else Open}
        assert type(self.state) is kinds[expected]

    @invariant()
    def posted_amounts_are_conserved(self) -> None:
        """The transactions of each line add up to what the line is now, and the postings tell the same lines."""
        transactions = self.told(says.OrderLinePosted)
        assert len({fact.transaction for fact in transactions}) == len(transactions)
        if isinstance(self.state, Existing):
            for number, line in self.state.lines.items():
                own = [fact for fact in transactions if fact.line == number]
                live = line.values if isinstance(line, PostedLine) else None
                assert sum(fact.quantity for fact in own) == (live.quantity if live else 0)
                assert sum(fact.cost.minor for fact in own) == (live.cost.minor if live else 0)
                assert sum(fact.sales.minor for fact in own) == (live.sales.minor if live else 0)
        lines = [line for fact in self.told(says.OrderPosted) for line in fact.lines]
        assert [(line.line, line.cost, line.sales) for line in lines] == [
            (fact.line, fact.cost, fact.sales) for fact in transactions
        ]

    @invariant()
    def postings_are_counted_without_a_gap_and_the_last_is_final(self) -> None:
        postings: list[says.OrderPosted] = self.told(says.OrderPosted)
        assert [fact.posting_number for fact in postings] == list(range(1, len(postings) + 1))
        if self.history and isinstance(last := self.history[-1], says.OrderPosted):
            assert last.final == isinstance(self.state, Posted)

    @invariant()
    def no_transaction_is_taken_back_twice(self) -> None:
        taken = Counter((f.reverses.posting, f.line) for f in self.told(says.OrderLinePosted) if f.reverses is not None)
        made = {(fact.posting_number, fact.line) for fact in self.told(says.OrderLinePosted) if fact.reverses is None}
        assert set(taken.values()) <= {1}
        assert taken.keys() <= made

    @invariant()
    def no_line_number_is_used_again(self) -> None:
        numbers = [fact.line for fact in self.told(says.OrderLineAdded)]
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def what_is_expected_and_what_is_posted_make_the_whole(self) -> None:
        """MAR-12."""
        if isinstance(self.state, Existing):
            whole, currency = totals(self.state), self.state.header.currency
            parts = [totals(self.state, CreatedLine), totals(self.state, PostedLine)]
            assert whole.cost == total((part.cost for part in parts), currency)
            assert whole.margin == total((part.margin for part in parts), currency)


TestAnyCourse = AnyCourse.TestCase
TestAnyCourse.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
