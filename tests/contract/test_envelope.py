"""What travels beside a fact: read back as it was written, and refused when a header does not fit."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.envelope import TRACEPARENT, Envelope, NotOurs
from libs.events.topics import TOPICS

ORDER = "9cafda50-f17a-56c8-ba31-6a528df64e75"
AT = datetime(2026, 3, 12, 9, 30, 0, 250_000, tzinfo=UTC)
ENVELOPE = Envelope(
    type="order.OrderPosted.v1",
    publisher="order",
    stream_id=ORDER,
    sequence=7,
    position=4012,
    previous=3990,
    occurred_at=AT,
    recorded_at=AT + timedelta(microseconds=1),
    correlation_id="c-1",
    causation_id=f"{ORDER}:6",
    actor="person:W-01",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)
OPTIONAL = ("ce_dataschema", "content-type", "ce_correlationid", "ce_causationid", "ce_actor", "traceparent")
NEEDED = [name for name, _ in ENVELOPE.headers() if name not in OPTIONAL]

Changes = Mapping[str, str | bytes | None]

instants = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2100, 12, 31),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]),
)
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
positions = st.integers(1, 2**63 - 1)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    publisher, position = draw(st.sampled_from(sorted(TOPICS))), draw(positions)
    return Envelope(
        type=f"{publisher}.Something.v{draw(st.integers(1, 9))}",
        publisher=publisher,
        stream_id=str(draw(st.uuids(version=5))),
        sequence=draw(positions),
        position=position,
        previous=draw(st.integers(0, position - 1)),
        occurred_at=draw(instants),
        recorded_at=draw(instants),
        correlation_id=draw(words),
        causation_id=draw(words),
        actor=draw(words),
        traceparent=draw(st.one_of(st.just(""), st.from_regex(TRACEPARENT, fullmatch=True))),
    )


def read(changes: Changes | None = None, *, key: bytes | None = ORDER.encode(), publisher: str = "order") -> Envelope:
    """Reads the headers of ENVELOPE with some of them changed; None takes one away."""
    texts = dict[str, str | bytes | None](ENVELOPE.headers()) | dict(changes or {})
    given = [
        (name, text.encode() if isinstance(text, str) else text) for name, text in texts.items() if text is not None
    ]
    return Envelope.read(given, publisher, key)


@pytest.mark.parametrize("trace", ["0" * 900 * 1024, "00-nothing", "00-" + "A" * 32 + "-b7ad6b7169203331-01", "\n"])
def test_a_trace_that_is_none_costs_the_fact_nothing(trace: str) -> None:
    assert read({"traceparent": trace}) == replace(ENVELOPE, traceparent="")


@given(envelopes())
def test_an_envelope_is_read_as_it_was_written(envelope: Envelope) -> None:
    assert Envelope.read(envelope.headers(), envelope.publisher, envelope.stream_id.encode()) == envelope


def test_the_headers_are_those_of_cloudevents() -> None:
    assert dict(ENVELOPE.headers()) == {
        "ce_specversion": b"1.0",
        "ce_id": b"9cafda50-f17a-56c8-ba31-6a528df64e75:7",
        "ce_source": b"/fieldfact/order",
        "ce_type": b"order.OrderPosted.v1",
        "ce_subject": b"9cafda50-f17a-56c8-ba31-6a528df64e75",
        "ce_time": b"2026-03-12T09:30:00.250000Z",
        "ce_dataschema": b"urn:fieldfact:order.OrderPosted.v1",
        "content-type": b"application/json",
        "ce_recordedat": b"2026-03-12T09:30:00.250001Z",
        "ce_sequence": b"7",
        "ce_position": b"4012",
        "ce_previous": b"3990",
        "ce_correlationid": b"c-1",
        "ce_causationid": b"9cafda50-f17a-56c8-ba31-6a528df64e75:6",
        "ce_actor": b"person:W-01",
        "traceparent": b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }


def test_without_a_trace_there_is_no_header_for_it() -> None:
    assert "traceparent" not in dict(replace(ENVELOPE, traceparent="").headers())


def test_an_instant_with_an_offset_is_read_as_utc() -> None:
    assert read({"ce_time": "2026-03-12T10:30:00.25+01:00"}).occurred_at == AT
    assert read({"ce_time": "2026-03-12T10:30:00.25+01:00"}).occurred_at.tzinfo is UTC


def test_the_headers_that_only_explain_may_be_missing() -> None:
    expected = replace(ENVELOPE, correlation_id="", causation_id="", actor="", traceparent="")
    assert read(dict.fromkeys(OPTIONAL)) == expected


@pytest.mark.parametrize("name", NEEDED)
def test_a_header_that_says_what_or_where_may_not(name: str) -> None:
    with pytest.raises(NotOurs):
        read({name: None})


@pytest.mark.parametrize("name", NEEDED)
def test_a_header_without_a_value_is_missing(name: str) -> None:
    empty = [(header, None if header == name else value) for header, value in ENVELOPE.headers()]
    with pytest.raises(NotOurs):
        Envelope.read(empty, "order", ORDER.encode())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ce_sequence": "seven"}, "not those of a fact"),
        ({"ce_sequence": "7.0"}, "not those of a fact"),
        ({"ce_position": b"\xff"}, "not those of a fact"),
        ({"ce_actor": b"\xff"}, "not those of a fact"),
        ({"ce_previous": ""}, "not those of a fact"),
        ({"ce_time": "yesterday"}, "not those of a fact"),
        ({"ce_time": "2026-03-12T09:30:00"}, "not those of a fact"),
        ({"ce_time": "2026-03-12"}, "not those of a fact"),
        ({"ce_recordedat": "2026-02-30T09:30:00Z"}, "not those of a fact"),
        ({"ce_specversion": "0.3"}, "ce_specversion or ce_id"),
        ({"ce_id": f"{ORDER}:8"}, "ce_specversion or ce_id"),
        ({"ce_id": "7"}, "ce_specversion or ce_id"),
        ({"ce_source": "/fieldfact/invoicing"}, "does not publish here"),
        ({"ce_source": "order"}, "does not publish here"),
        ({"ce_source": "/somebody/order"}, "does not publish here"),
        ({"ce_type": "invoicing.InvoiceIssued.v1"}, "does not publish here"),
        ({"ce_type": "OrderPosted"}, "does not publish here"),
        ({"ce_type": "ordering.OrderPosted.v1"}, "does not publish here"),
        ({"ce_sequence": "0", "ce_id": f"{ORDER}:0"}, "do not fit each other"),
        ({"ce_position": "0", "ce_previous": "0"}, "do not fit each other"),
        ({"ce_position": "-1"}, "do not fit each other"),
        ({"ce_previous": "-1"}, "do not fit each other"),
        ({"ce_previous": "4012"}, "do not fit each other"),
        ({"ce_previous": "4013"}, "do not fit each other"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(changes: Changes, sentence: str) -> None:
    with pytest.raises(NotOurs, match=sentence):
        read(changes)


@pytest.mark.parametrize("key", [None, b"", b"9CAFDA50-F17A-56C8-BA31-6A528DF64E75", ORDER.encode() + b" "])
def test_another_key_than_the_streams_id_is_refused(key: bytes | None) -> None:
    with pytest.raises(NotOurs, match="the key is not the stream's id"):
        read(key=key)


def test_a_fact_on_another_publishers_topic_is_refused() -> None:
    with pytest.raises(NotOurs, match="/fieldfact/order does not publish here"):
        read(publisher="agreement")


def test_a_record_without_headers_is_refused() -> None:
    with pytest.raises(NotOurs):
        Envelope.read([], "order", ORDER.encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"ce_time": "0001-01-01T00:00:00+14:00"},
        {"ce_position": str(2**63)},
        {"ce_sequence": str(2**63), "ce_id": f"{ORDER}:{2**63}"},
        {"ce_type": "order.OrderPosted.v1\0"},
        {"ce_type": "order."},
        {"ce_subject": "SO-1", "ce_id": "SO-1:7"},
    ],
    ids=["instant", "position", "sequence", "zero", "type", "stream"],
)
def test_what_no_reader_could_store_is_refused(changes: dict[str, str]) -> None:
    """What passed here would end the reader at its first statement, again after every start."""
    with pytest.raises(NotOurs):
        read(changes, key=changes.get("ce_subject", ORDER).encode())
