"""An invoicing service on a database of its own, told by hand what the order service says, asked over HTTP."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from examples.invoicing.api import app
from examples.invoicing.main import SERVICE
from libs.events.envelope import Envelope
from libs.events.fact import Fact
from libs.events.topics import PARTITIONS, partition_of
from libs.runtime.clock import now
from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projector
from libs.runtime.reactor import Reactor
from libs.runtime.records import OWN_LOG, Record, from_log
from libs.runtime.service import Parts
from libs.runtime.settings import ServiceSettings
from libs.runtime.store import FactStore
from tests.support.databases import Templates

POSTED_AT = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
ISSUER = "https://issuer.example"


class Invoicing:
    """Tells the service facts of orders, and lets its view hear what it made of them."""

    def __init__(self, url: str, store: FactStore) -> None:
        reaction = SERVICE.reactions[0]
        reactor = Reactor(reaction.policy, reaction.decider, store, "service:invoicing")
        self.store = store
        self.policies = Hearing(url, "invoicing.policies", "order", reactor)
        self.views = Hearing(url, "invoicing.views", "invoicing", Projector(SERVICE.views))
        self._position, self._previous = 0, dict[int, int]()
        self._sequences = dict[str, int]()

    async def open(self) -> None:
        await self.policies.open()
        await self.views.open()
        await self.policies.assign(range(PARTITIONS))
        await self.views.assign([OWN_LOG])

    async def close(self) -> None:
        await self.policies.close()
        await self.views.close()

    def record(self, order: str, fact: Fact, at: datetime = POSTED_AT) -> Record:
        """The fact as it arrives from Kafka, chained to the one before it."""
        partition = partition_of(order)
        self._position += 1
        self._sequences[order] = self._sequences.get(order, 0) + 1
        before, self._previous[partition] = self._previous.get(partition, 0), self._position
        envelope = Envelope(
            fact.wire(), "order", order, self._sequences[order], self._position, before, at, at, "c-1", "", "tester"
        )
        return Record(partition, self._position, order.encode(), envelope.headers(), fact.to_bytes(), envelope)

    async def hear(self, *records: Record) -> None:
        """Hears them as one batch, and then what it made of them."""
        await self.policies.handle(records)
        facts = await self.store.recorder.read_log(self.views.marks[OWN_LOG].position, 1000)
        await self.views.handle([from_log(fact, "invoicing") for fact in facts])

    async def said(self) -> list[Fact]:
        """Everything that invoicing has said so far."""
        return [fact.decoded() for fact in await self.store.recorder.read_log(0, 1000)]


@pytest.fixture
def url(templates: Templates, database: str) -> str:
    return templates.copy(SERVICE, database)


@pytest.fixture
async def invoicing(url: str) -> AsyncIterator[Invoicing]:
    async with FactStore(url) as store:
        opened = Invoicing(url, store)
        await opened.open()
        yield opened
        await opened.close()


@pytest.fixture(scope="session")
def signing_key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "test", "use": "sig"})


@pytest.fixture
async def api(url: str, invoicing: Invoicing, signing_key: ECKey, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The API, with a service manager's token."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [signing_key.as_dict(private=False)]}))
    settings = ServiceSettings(database_url=url, token_issuer=ISSUER, token_keys_file=str(keys))
    transport = httpx.ASGITransport(app(Parts(invoicing.store, settings, set())))
    headers = {"authorization": f"Bearer {token(signing_key, 'service_manager')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://invoicing", headers=headers) as client:
        yield client


def token(key: ECKey, role: str) -> str:
    """A token for this service, good for five minutes."""
    issued = int(now().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": "fieldfact-invoicing",
        "sub": "person:W-01",
        "iat": issued,
        "nbf": issued,
        "exp": issued + 300,
        "roles": [role],
        "customer_id": "C-1001",
    }
    header = {"alg": "ES256", "typ": "at+jwt", "kid": "test"}
    return jws.serialize_compact(header, json.dumps(claims).encode(), key)
