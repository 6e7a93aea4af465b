"""The AsyncAPI document: a channel per topic, a message per wire name, who sends and who receives. Source: contracts 2."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from libs.events.compatibility import frozen
from libs.events.envelope import CONTENT_TYPE, TRACEPARENT
from libs.events.fact import Fact
from libs.events.topics import PARTITIONS, TOPICS
from libs.runtime.projector import Projector
from libs.runtime.service import Service

Json = dict[str, Any]
VERSION = "1"

_ID = {"type": "string", "format": "uuid"}
_INSTANT = {"type": "string", "format": "date-time"}
_PLACE = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,18})$"}
_TEXT = {"type": "string"}

HEADERS: Json = {
    "type": "object",
    "description": "CloudEvents 1.0 in binary mode. All values are text in UTF-8.",
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": _TEXT | {"description": "<ce_subject>:<ce_sequence>"},
        "ce_source": _TEXT | {"description": "/fieldfact/<publisher>"},
        "ce_type": _TEXT | {"description": "The wire name."},
        "ce_subject": _ID | {"description": "The stream's id, which is the key, too."},
        "ce_time": _INSTANT | {"description": "When it happened."},
        "ce_dataschema": _TEXT | {"description": "urn:fieldfact:<wire name>"},
        "content-type": {"const": CONTENT_TYPE},
        "ce_recordedat": _INSTANT | {"description": "When it was stored; never decreasing along positions."},
        "ce_sequence": _PLACE | {"description": "The version in the stream, from 1 without a hole."},
        "ce_position": _PLACE | {"description": "The place in the publisher's log."},
        "ce_previous": _PLACE | {"description": "The position before it in the same partition, 0 for the first."},
        "ce_correlationid": _TEXT,
        "ce_causationid": _TEXT,
        "ce_actor": _TEXT,
        "traceparent": {"type": "string", "pattern": f"^{TRACEPARENT.pattern}$"},
    },
}
HEADERS["required"] = [name for name in HEADERS["properties"] if name != "traceparent"]


def document(facts: Iterable[type[Fact]], services: Sequence[Service]) -> Json:
    """The document. `services` are those whose consumers stand in it as operations."""
    every = list(facts)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Fieldfact",
            "version": VERSION,
            "description": "Facts on Kafka, one topic for each publisher. How to read them stands in consuming.md.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {publisher: _channel(publisher, every) for publisher in TOPICS},
        "operations": _sends(services) | _receives(services),
        "components": {
            "messages": {fact.wire(): _message(fact) for fact in every},
            "schemas": {"headers": HEADERS} | {fact.wire(): _payload(fact) for fact in every},
        },
    }


def heard(service: Service) -> dict[tuple[str, str], list[str]]:
    """What the consumers of a service hear from Kafka: (consumer, publisher) -> wire names."""
    found: dict[tuple[str, str], list[str]] = {}
    for source in sorted({each.view.publisher for each in service.views}):
        views = [each for each in service.views if each.view.publisher == source]
        found[f"{service.name}.views", source] = sorted(Projector(views).hears)
    for reaction in service.reactions:
        wires = [fact.wire() for fact in reaction.policy.when if issubclass(fact, Fact)]
        place = (f"{service.name}.policies", reaction.policy.publisher)
        found[place] = sorted({*found.get(place, []), *wires})
    return {place: wires for place, wires in found.items() if place[1] != service.name}


def _channel(publisher: str, facts: Sequence[type[Fact]]) -> Json:
    own = [fact.wire() for fact in facts if fact.publisher == publisher]
    topic = TOPICS[publisher]
    return {
        "address": topic,
        "title": f"What {publisher} tells",
        "messages": {wire: {"$ref": f"#/components/messages/{wire}"} for wire in own},
        "bindings": {"kafka": {"topic": topic, "partitions": PARTITIONS, "bindingVersion": "0.5.0"}},
    }


def _message(fact: type[Fact]) -> Json:
    wire = fact.wire()
    own = {"ce_type": {"const": wire}, "ce_source": {"const": f"/fieldfact/{fact.publisher}"}}
    return {
        "name": wire,
        "title": fact.__name__,
        "summary": (fact.__doc__ or "").partition("\n")[0],
        "contentType": CONTENT_TYPE,
        "headers": {"allOf": [{"$ref": "#/components/schemas/headers"}, {"type": "object", "properties": own}]},
        "payload": {"$ref": f"#/components/schemas/{wire}"},
        "bindings": {"kafka": {"key": _ID, "bindingVersion": "0.5.0"}},
    }


def _payload(fact: type[Fact]) -> Json:
    """The frozen schema; what it refers to inside itself is found from the root of the document."""
    text = frozen(fact).replace('"#/$defs/', f'"#/components/schemas/{fact.wire()}/$defs/')
    schema: Json = json.loads(text)
    return schema


def _sends(services: Sequence[Service]) -> Json:
    names = [service.name for service in services if service.name in TOPICS]
    return {f"{name}.relay": {"action": "send", "channel": {"$ref": f"#/channels/{name}"}} for name in names}


def _receives(services: Sequence[Service]) -> Json:
    return {
        f"{consumer}.{source}": _receive(source, wires)
        for service in services
        for (consumer, source), wires in heard(service).items()
    }


def _receive(source: str, wires: Sequence[str]) -> Mapping[str, Any]:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{source}"},
        "messages": [{"$ref": f"#/channels/{source}/messages/{wire}"} for wire in wires],
    }
