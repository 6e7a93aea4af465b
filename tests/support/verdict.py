"""The verdict on a system: its stores, topics and margin view, judged by the checker's own folds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.checker import (
    Raw,
    check_documents,
    check_streams,
    check_transport,
    margin_of,
    published,
    stored,
)

PUBLISHERS = ("reference", "order", "invoicing")


@dataclass(frozen=True)
class Evidence:
    """Where a system keeps what it did: `server` is a superuser's URL without a database."""

    server: str
    kafka: str
    database_prefix: str = ""
    topic_prefix: str = ""

    def database(self, service: str) -> str:
        """A superuser's URL of a service's database."""
        return f"{self.server.rpartition('/')[0]}/{self.database_prefix}fieldfact_{service}"

    def facts(self, service: str) -> list[Raw]:
        """All facts of a service's store."""
        return stored(self.database(service))

    async def problems(self, reporting: httpx.AsyncClient) -> list[str]:
        """Everything that does not hold: transport, streams, documents, and the margin view."""
        facts = {name: self.facts(name) for name in PUBLISHERS}
        found: list[str] = []
        for name, log in facts.items():
            records = await published(self.kafka, f"{self.topic_prefix}{name}.events.v1")
            found += check_streams(log) + check_transport(log, records)
        found += check_documents(facts["order"], facts["invoicing"])
        return found + await _margin_problems(facts, reporting)


async def _margin_problems(facts: Mapping[str, list[Raw]], reporting: httpx.AsyncClient) -> list[str]:
    wanted = {
        place: ("expected" if line.state == "created" else line.state, str(line.cost), str(line.sales))
        for place, line in margin_of(facts["order"], facts["invoicing"]).items()
    }
    found = {
        (row["order"], row["line"]): (row["state"], row["cost"]["amount"], row["sales"]["amount"])
        for row in await _all_margin_lines(reporting)
    }
    differ = {place for place in wanted.keys() | found.keys() if wanted.get(place) != found.get(place)}
    return [f"margin of {place}: {found.get(place)}, wanted {wanted.get(place)}" for place in differ]


async def _all_margin_lines(reporting: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Every page of the margin lines."""
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        asked = {"limit": "1000", **cursor}
        answer = (await reporting.get("/v1/reports/margin-lines", params=asked)).raise_for_status().json()
        rows += answer["items"]
        if not answer["next"]:
            return rows
        cursor = {"cursor": answer["next"]}
