"""What must hold at every instant, looked at while the run goes on: marks and epochs never go back, no transaction stays."""

import asyncio
from collections.abc import Mapping
from typing import Any

import psycopg

from tests.chaos.check_log import Problem
from tests.chaos.clients import elapse
from tests.chaos.system import NAMES, System

LOOK_SECONDS = 1.0
OLDEST_SECONDS = 15
"""A transaction older than this holds up the others. Idle ones end after 5 s, statements after 10 s."""
_MARKS = "select consumer, source, partition, position from store.heard"
_RELAY = "select epoch, (select coalesce(max(notification_id), 0) from store.stored_events) - position from store.relay"
_OLD = """
    select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::int from pg_stat_activity
    where datname = current_database() and usename <> 'postgres'
"""


class Watch:
    """Looks at every database once a second; `forgive` tells it of marks that were set back on purpose."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.problems: list[Problem] = []
        self.lag: Mapping[str, int] = {}
        self.worst_lag = 0
        self._marks: dict[tuple[str, ...], int] = {}
        self._forgiven: set[tuple[str, ...]] = set()

    def forgive(self, service: str, consumer: str) -> None:
        """The marks of this consumer may go back from now on."""
        self._forgiven.add((service, consumer))

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.to_thread(self._look)
            await elapse(LOOK_SECONDS)

    def _look(self) -> None:
        for service in NAMES:
            try:
                with psycopg.connect(self.system.database(service), connect_timeout=2) as connection:
                    self._judge(service, connection)
            except psycopg.Error:
                return  # the database is down: that is what the run is about

    def _judge(self, service: str, connection: psycopg.Connection[Any]) -> None:
        epoch, lag = connection.execute(_RELAY).fetchone() or (0, 0)
        self.lag = {**self.lag, service: lag}
        self.worst_lag = max(self.worst_lag, lag)
        rows = connection.execute(_MARKS)
        now: dict[tuple[str, ...], int] = {(service, row[0], row[1], str(row[2])): row[3] for row in rows}
        now[service, "relay"] = epoch
        for place, mark in now.items():
            known = self._marks.get(place, 0)
            if mark < known and place[:2] not in self._forgiven:
                self.problems.append(
                    ("I13" if place[1] == "relay" else "I8", f"{place} went back from {known} to {mark}")
                )
            self._marks[place] = mark
        (oldest,) = connection.execute(_OLD).fetchone() or (0,)
        if oldest > OLDEST_SECONDS:
            self.problems.append(("I16", f"{service}: a transaction has been open for {oldest} s"))
