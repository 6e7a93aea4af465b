"""What of a batch is new: repeats change nothing, holes stop, bad facts take only their own stream with them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.envelope import Envelope
from libs.events.order import OrderCreated, OrderRevised
from libs.events.topics import partition_of
from libs.kernel.ids import natural_id
from libs.runtime.intake import Hole, Mark, Sifted, sift, sift_parked
from libs.runtime.records import Record

MARCH = datetime(2026, 3, 2, tzinfo=UTC)
HEARS = {OrderRevised.wire(): OrderRevised}
GOOD = OrderRevised(service_date=date(2026, 3, 2)).to_bytes()


IDS = [natural_id("order", number) for number in range(100)]
HERE, ELSEWHERE = [one for one in IDS if partition_of(one) == 0], [one for one in IDS if partition_of(one) != 0]
STREAMS = {"A": HERE[0], "B": HERE[1], "elsewhere": ELSEWHERE[0]}
"""The partition of all records here is 0, where A and B belong."""


def record(position: int, previous: int, stream: str = "A", **other: str) -> Record:
    """A revision of an order at a position of partition 0."""
    stream_id = STREAMS[stream]
    wire, value = other.get("wire", OrderRevised.wire()), other.get("value", GOOD.decode()).encode()
    envelope = Envelope(wire, "order", stream_id, position, position, previous, MARCH, MARCH, "c", "c", "tester")
    return Record(0, position - 1, stream_id.encode(), envelope.headers(), value, envelope)


def chain(count: int, **other: str) -> list[Record]:
    """Records at positions 1 to `count`."""
    return [record(position, position - 1, **other) for position in range(1, count + 1)]


def sifted(records: list[Record], mark: int = 0, parked: frozenset[str] = frozenset()) -> Sifted:
    return sift(records, {0: Mark(mark, mark)}, set(parked), HEARS)


def positions(found: Sifted) -> list[int]:
    return [fresh.envelope.position for fresh in found.fresh]


def test_what_follows_the_mark_is_fresh_and_moves_it() -> None:
    found = sifted(chain(3)[1:], mark=1)
    assert (positions(found), found.marks) == ([2, 3], {0: Mark(3, 3)})


def test_a_known_position_with_another_content_is_dropped() -> None:
    found = sifted([record(1, 0, value='{"service_date":"1980-01-01"}')], mark=1)
    assert (found.fresh, found.parked, found.repeats) == ([], [], 1)


@given(st.lists(st.integers(1, 8), max_size=20), st.integers(1, 8))
def test_repeats_anywhere_change_nothing(repeated: list[int], cut: int) -> None:
    """The relay may send any stretch of the log again from any earlier position on."""
    records, sent = chain(8), [*chain(8)[:cut]]
    for again in repeated:
        sent += records[min(again, cut) - 1 : cut]
    sent += records[cut:]
    assert positions(sifted(sent)) == list(range(1, 9))


@given(st.integers(2, 8))
def test_a_missing_position_is_a_hole_and_nothing_is_taken(missing: int) -> None:
    records = [one for one in chain(9) if one.envelope and one.envelope.position != missing]
    with pytest.raises(Hole, match=f"position {missing + 1} follows {missing}, but {missing - 1} was heard last"):
        sifted(records)


def test_a_fact_that_does_not_decode_parks_its_stream_and_no_other() -> None:
    bad = record(2, 1, value='{"service_date":"1980-01-01"}')
    found = sifted([record(1, 0), bad, record(3, 2), record(4, 3, "B")])
    assert positions(found) == [1, 4]
    assert [(parked.record.offset, parked.reason.split(":")[0]) for parked in found.parked] == [
        (1, "does not decode"),
        (2, "behind a parked fact of its stream"),
    ]
    assert found.marks == {0: Mark(4, 4)}


def test_a_stream_parked_before_waits() -> None:
    found = sifted(chain(1), parked=frozenset({STREAMS["A"]}))
    assert (found.fresh, len(found.parked)) == ([], 1)


def test_an_unknown_major_of_a_heard_fact_parks_and_an_unheard_fact_passes() -> None:
    found = sifted([record(1, 0, wire="order.OrderRevised.v2"), record(2, 1, "B", wire=OrderCreated.wire())])
    assert [parked.reason for parked in found.parked] == ["version_ahead: order.OrderRevised.v2 is not known here"]
    assert (found.passed, found.marks) == (1, {0: Mark(2, 2)})


def test_what_is_no_fact_is_parked_and_leaves_the_position() -> None:
    found = sifted([Record(0, 7, b"k", [], b"\xff", None, "the headers are not those of a fact")], mark=3)
    assert (len(found.parked), found.marks) == (1, {0: Mark(3, 8)})


def test_a_fact_in_another_partition_than_its_own_is_parked_and_leaves_the_position() -> None:
    """It may carry any position: what it stands between is neither lost nor known because of it."""
    found = sifted([record(5, 0, "elsewhere"), record(1, 0), record(2, 1)])
    wanted = partition_of(ELSEWHERE[0])
    assert [parked.reason for parked in found.parked] == [f"stands in partition 0, belongs in {wanted}"]
    assert (positions(found), found.marks) == ([1, 2], {0: Mark(2, 2)})


def test_parked_records_are_sifted_again_whatever_their_positions_up_to_the_first_that_still_fails() -> None:
    bad = record(3, 2, value='{"service_date":"1980-01-01"}')
    found = sift_parked([record(2, 1), bad, record(9, 8)], HEARS)
    assert positions(found) == [2]
    assert [parked.record.offset for parked in found.parked] == [2, 8]
