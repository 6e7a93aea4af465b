"""A small service on real servers: orders that are created and revised, and a view that counts the revisions."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from fastapi import FastAPI
from sqlalchemy import Column, Integer, MetaData, Text

from libs.events.fact import Fact
from libs.events.order import OrderCreated, OrderRevised
from libs.kernel.decider import Decider
from libs.kernel.ids import natural_id
from libs.kernel.view import Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.service import Parts, Service
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, Outcome, Request, Stream
from libs.runtime.topics import create_topics
from libs.runtime.versions import versioned
from tests.support.databases import Templates
from tests.support.databases import login as login

TABLES = MetaData(schema="read")
revisions = versioned("revisions", TABLES, values=[Column("number", Text), Column("revisions", Integer)])


def _created(_rows: Rows, fact: OrderCreated, _heard: Heard) -> Rows:
    return {(): {"number": fact.number, "revisions": 0}}


def _revised(rows: Rows, fact: OrderRevised, _heard: Heard) -> Rows:
    if fact.description == "raise":
        raise RuntimeError("a fold that fails")
    return {(): {**rows[()], "revisions": rows[()]["revisions"] + 1}}


VIEW = Projection(View("revisions", "order", {OrderCreated: _created, OrderRevised: _revised}), revisions)


def _no_api(_parts: Parts) -> FastAPI:
    return FastAPI()


ORDER = Service("order", _no_api, views=(VIEW,), tables=TABLES)
"""Publishes orders and keeps the view from its own log."""
LISTENER = Service("reporting", _no_api, views=(VIEW,), tables=TABLES)
"""Keeps the same view from Kafka."""


@dataclass(frozen=True)
class Say:
    """Record these facts."""

    facts: tuple[Fact, ...]


def _decide(command: Say, _state: int) -> Sequence[Fact]:
    return command.facts


saying: Decider[Say, int, Fact] = Decider(0, _decide, lambda state, _fact: state + 1)
"""Records whatever it is told, and counts it."""

MARCH = date(2026, 3, 2)


def order_id(name: str | int) -> str:
    """The stream of a test's order."""
    return natural_id("order", "test", name)


def created(number: str = "SO-000001") -> OrderCreated:
    """An order in March."""
    return OrderCreated(number=number, origin="manual", project="P-1", currency="EUR", service_date=MARCH)


def revised(description: str = "again") -> OrderRevised:
    """A revision of it."""
    return OrderRevised(service_date=MARCH, description=description)


def answering(stream: Stream) -> Answer:
    """The version as the answer's body."""
    return Answer(200, str(stream.version).encode())


async def say(store: FactStore, name: str | int, *facts: Fact, **request: object) -> Outcome:
    """Records facts on a test's order."""
    asked = Request("tester", "correlation", **request)  # type: ignore[arg-type]
    return await store.execute(saying, order_id(name), Say(facts), asked, answering)


@pytest.fixture
def order_url(templates: Templates, database: str) -> str:
    """A fresh database of the order service, by its application login."""
    return templates.copy(ORDER, database)


@pytest.fixture
async def store(order_url: str) -> AsyncIterator[FactStore]:
    """The store of a fresh order service."""
    async with FactStore(order_url) as opened:
        yield opened


@pytest.fixture
async def kafka(kafka_bootstrap: str, topic_prefix: str) -> KafkaSettings:
    """The broker with fresh topics of the test's own."""
    settings = KafkaSettings(bootstrap_servers=kafka_bootstrap, topic_prefix=topic_prefix)
    await create_topics(settings)
    return settings
