"""The rival of the projector: the event store library as its documentation uses it, with current rows in PostgreSQL."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import sql

from benchmarks.facts import ONE_ORDER, PER_ORDER
from benchmarks.measure import Timed, timed
from benchmarks.servers import Servers

_COLUMNS = ("type", "category", "worker", "quantity", "unit_cost", "cost", "unit_price", "sales", "chargeable", "state")
_CREATED, *_LINES = [fact.model_dump(mode="json", exclude_none=True) for fact in ONE_ORDER]


class Order(Aggregate):
    """An order with its lines, as the library keeps it."""

    @event("Created")
    def __init__(self, header: dict[str, Any]) -> None:
        self.header = header

    @event("LineChanged")
    def change(self, line: dict[str, Any], state: str) -> None:
        """The line as it stands now."""


class Orders(Application[UUID]):
    """The application that the runner follows."""

    name = "orders"


class LineView(PostgresTrackingRecorder):
    """Current rows; each change and its tracking are one transaction, as the library wants it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.lines = sql.Identifier(self.datastore.schema, "order_line")
        self.sql_create_statements.append(
            sql.SQL(
                "create table if not exists {} (order_id uuid, line int, type text, category text, worker text, "
                "quantity numeric, unit_cost numeric, cost numeric, unit_price numeric, sales numeric, chargeable bool, "
                "state text, primary key (order_id, line))"
            ).format(self.lines)
        )
        names = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
        given = sql.SQL(", ").join([sql.Placeholder()] * (len(_COLUMNS) + 2))
        changed = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in _COLUMNS)
        self.upsert = sql.SQL(
            "insert into {} (order_id, line, {}) values ({}) on conflict (order_id, line) do update set {}"
        ).format(self.lines, names, given, changed)

    def change(self, order_id: UUID, line: Mapping[str, Any], state: str, tracking: Tracking) -> None:
        """Writes the row and the position."""
        money = {name: line[name]["amount"] for name in ("cost", "sales")}
        row = {**line, **money, "state": state}
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self.upsert, (order_id, line["line"], *(row[name] for name in _COLUMNS)), prepare=True)


class Lines(Projection[LineView]):
    """The order lines."""

    name = "lines"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """One event at a time."""
        if isinstance(domain_event, Order.LineChanged):  # type: ignore[attr-defined]
            self.view.change(domain_event.originator_id, domain_event.line, domain_event.state, tracking)
        else:
            self.view.insert_tracking(tracking)


class LibraryProjection:
    """Runs it: the same orders, saved by the library before the clock begins."""

    def __init__(self, on: Servers, facts: int, sides: Mapping[str, int]) -> None:
        self.on, self.orders, self.sides, self.runs = on, max(1, facts // PER_ORDER), sides, 0

    async def __call__(self) -> Timed:
        """A fresh database."""
        self.runs += 1
        name = f"library_{self.runs}"
        with psycopg.connect(self.on.postgres.url, autocommit=True) as server:
            server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        environment = _environment(self.on.postgres.url, name)
        last = await asyncio.to_thread(_save, environment, self.orders)
        return await timed(last, self.sides, lambda: asyncio.to_thread(_project, environment, last))


def _environment(url: str, database: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": database,
        "POSTGRES_HOST": parts.hostname or "",
        "POSTGRES_PORT": str(parts.port),
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": parts.password or "-",
        "PATH": os.environ["PATH"],
    }


def _save(environment: dict[str, str], orders: int) -> int:
    with Orders(environment) as application:
        for _ in range(orders):
            order = Order(_CREATED)
            for line in _LINES:
                order.change(line, "posted" if "posting_id" in line else "created")
            application.save(order)
        return application.recorder.max_notification_id() or 0


def _project(environment: dict[str, str], last: int) -> None:
    with ProjectionRunner(
        application_class=Orders, projection_class=Lines, view_class=LineView, env=environment
    ) as runner:
        runner.wait(last, timeout=120)
