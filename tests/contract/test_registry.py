"""The catalogue of facts: each name once, each publisher on a topic of its own."""

import pytest
from pydantic import ValidationError

from libs.events.fact import Fact
from libs.events.order import FACTS, OrderSignedOff
from libs.events.registry import REGISTRY, Registry, UnknownFact
from libs.events.topics import TOPICS

SIGNED_OFF = b'{"lines":[1,2]}'


class Whispered(Fact, publisher="gossip"):
    """A fact of somebody who publishes nowhere."""


class Next(OrderSignedOff, major=2):
    """A later major version of another fact."""


def test_a_wire_name_names_publisher_class_and_major() -> None:
    assert OrderSignedOff.wire() == "order.OrderSignedOff.v1"
    assert Next.wire() == "order.Next.v2"


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match=r"order\.OrderSignedOff\.v1 is registered twice"):
        Registry(FACTS, [OrderSignedOff])
    registry = Registry(FACTS)
    with pytest.raises(ValueError, match="is registered twice"):
        registry.register(OrderSignedOff)


def test_a_publisher_without_a_topic_is_refused() -> None:
    with pytest.raises(ValueError, match="'gossip' publishes to no topic"):
        Registry([Whispered])


def test_what_is_registered_is_found_by_its_name() -> None:
    registry = Registry(FACTS)
    assert list(registry) == list(FACTS)
    assert "order.OrderSignedOff.v1" in registry
    assert registry.of("order.OrderSignedOff.v1") is OrderSignedOff
    assert registry.decode("order.OrderSignedOff.v1", SIGNED_OFF) == OrderSignedOff(lines=(1, 2))


def test_an_unknown_name_is_said_to_be_unknown() -> None:
    for wire in ("order.OrderSignedOff.v2", "order.OrderSigned.v1", ""):
        assert wire not in REGISTRY
        with pytest.raises(UnknownFact):
            REGISTRY.decode(wire, SIGNED_OFF)


@pytest.mark.parametrize("value", [b"", b"{}", b"[]", b"null", b"\xff", b'{"lines":["1"]}', b'{"lines":[true]}'])
def test_bytes_that_are_not_the_fact_do_not_decode(value: bytes) -> None:
    with pytest.raises(ValidationError):
        REGISTRY.decode("order.OrderSignedOff.v1", value)


def test_unknown_fields_are_ignored() -> None:
    later = b'{"lines":[1,2],"weather":{"sun":true}}'
    assert REGISTRY.decode("order.OrderSignedOff.v1", later).to_bytes() == SIGNED_OFF


def test_every_registered_publisher_has_its_topic() -> None:
    assert {fact.publisher for fact in REGISTRY} <= set(TOPICS)
    assert {fact.wire().partition(".")[0] for fact in REGISTRY} == {fact.publisher for fact in REGISTRY}
