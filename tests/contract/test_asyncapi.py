"""The AsyncAPI document says what is sent and what is subscribed to, and its schemas are those of the facts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from faststream.kafka import KafkaBroker
from jsonschema import Draft202012Validator

from deploy.documents.asyncapi import HEADERS, heard
from deploy.documents.openapi import parts_of_nothing
from deploy.documents.pages import DOCS
from deploy.migrate.__main__ import SERVICES
from libs.events.envelope import Envelope
from libs.events.registry import REGISTRY
from libs.events.topics import TOPICS
from libs.kernel.ids import natural_id
from libs.runtime import consumer, kafka
from libs.runtime.clock import now
from libs.runtime.service import _feeds
from libs.runtime.settings import KafkaSettings

DOCUMENT: dict[str, Any] = json.loads((DOCS / "asyncapi.json").read_text())
GOLDEN = Path(__file__).parents[2] / "libs" / "events" / "golden"


def references(value: Any) -> Iterator[str]:
    """Every $ref below a value."""
    match value:
        case dict():
            for name, inner in value.items():
                if name == "$ref":
                    yield inner
                else:
                    yield from references(inner)
        case list():
            for inner in value:
                yield from references(inner)
        case _:
            pass


def found(document: Any, reference: str) -> Any:
    """What a reference inside the document leads to; KeyError when it leads nowhere."""
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


def test_it_has_what_asyncapi_requires() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    for channel in DOCUMENT["channels"].values():
        assert channel["address"]
        assert channel["bindings"]["kafka"]["partitions"] == 12
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert operation["channel"].keys() == {"$ref"}
    for message in DOCUMENT["components"]["messages"].values():
        assert {"name", "contentType", "headers", "payload"} <= message.keys()


def test_every_reference_leads_somewhere() -> None:
    every = list(references(DOCUMENT))
    assert len(every) > 50
    for reference in every:
        assert found(DOCUMENT, reference) is not None


def test_a_channel_per_topic_and_a_message_per_wire_name() -> None:
    assert {each["address"] for each in DOCUMENT["channels"].values()} == set(TOPICS.values())
    in_channels = [wire for each in DOCUMENT["channels"].values() for wire in each["messages"]]
    assert sorted(in_channels) == sorted(fact.wire() for fact in REGISTRY) == sorted(DOCUMENT["components"]["messages"])


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_payload_fits_the_schema_of_its_message(golden: Path) -> None:
    wire = golden.stem if not golden.stem.rpartition(".")[2].isdigit() else golden.stem.rpartition(".")[0]
    schema = {"$ref": f"#/components/schemas/{wire}", "components": DOCUMENT["components"]}
    payload = json.loads(golden.read_text())
    Draft202012Validator(schema).validate(payload)
    assert not Draft202012Validator(schema).is_valid([payload])


def test_the_headers_are_those_that_are_written() -> None:
    stream = natural_id("order", "1")
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    told = Envelope("order.OrderPosted.v1", "order", stream, 2, 7, 3, now(), now(), "c", "c", "mia", trace)
    headers = {name: value.decode() for name, value in told.headers()}
    Draft202012Validator(HEADERS).validate(headers)
    assert headers.keys() == HEADERS["properties"].keys()
    for name in HEADERS["required"]:
        without = {other: value for other, value in headers.items() if other != name}
        assert not Draft202012Validator(HEADERS).is_valid(without)


async def test_what_faststream_subscribes_to_is_what_the_document_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every consumer of every service is run until it asks its database, which is not there: by then it has subscribed."""
    brokers: list[KafkaBroker] = []

    def kept(settings: KafkaSettings, client_id: str) -> KafkaBroker:
        brokers.append(real(settings, client_id))
        return brokers[-1]

    real = kafka.broker
    monkeypatch.setattr(consumer, "broker", kept)
    subscribed = dict[str, list[str]]()
    for service in SERVICES:
        for name, feed in _feeds(service, parts_of_nothing()).items():
            brokers.clear()
            with pytest.raises((psycopg.OperationalError, AttributeError)):  # its own log asks the store, not Kafka
                await feed()
            subscribers: list[Any] = [subscriber for each in brokers for subscriber in each.subscribers]
            topics = [topic.name for subscriber in subscribers for topic in subscriber.topics]
            if topics:
                subscribed[f"{service.name}.{name}"] = topics
    said = {
        name: [found(DOCUMENT, each["channel"]["$ref"])["address"]]
        for name, each in DOCUMENT["operations"].items()
        if each["action"] == "receive"
    }
    assert subscribed == said
    assert len(said) >= 4


def test_what_is_heard_is_told_by_message() -> None:
    for service in SERVICES:
        for (name, source), wires in heard(service).items():
            told = DOCUMENT["operations"][f"{name}.{source}"]["messages"]
            assert [each["$ref"].rpartition("/")[2] for each in told] == wires
            assert wires
