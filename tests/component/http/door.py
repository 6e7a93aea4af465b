"""A small service behind the real front, as a caller meets it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import httpx
from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from deploy.local.issuer import LocalIssuer
from libs.events.types import Amount, Count, CurrencyCode, Day, Flag, Id, Instant, Key, Name, Note, Number
from libs.kernel.ids import natural_id
from libs.runtime.auth.caller import CallerDep, Owner
from libs.runtime.auth.keys import Keys
from libs.runtime.auth.policy import Policy
from libs.runtime.auth.tokens import Tokens
from libs.runtime.faults import NotFound
from libs.runtime.http.answers import WantsCsv, json_answer, list_answer, stream_answer
from libs.runtime.http.app import create_app
from libs.runtime.http.bodies import Body, CommandBody, PageQuery, sorted_by
from libs.runtime.http.call import CallDep, answer
from libs.runtime.http.csv import csv_answer
from libs.runtime.http.cursors import Cursors
from libs.runtime.http.front import CursorsDep, Front
from libs.runtime.http.route import routes
from tests.component.http.jobs import JOBS, Close, MemoryStore, Open, Remark

ISSUER = LocalIssuer("http://issuer.test")
EVERYTHING = {"service_manager": "all", "technician": "own", "customer": "own", "service": "all"}


@dataclass
class Heard:
    """Marks that move on by one with every look."""

    at: int = 0
    publishers: tuple[str, ...] = ("order",)

    async def heard(self, publisher: str, partition: int) -> int | None:
        self.at += 1
        return self.at if publisher in self.publishers else None


class JobBody(CommandBody):
    customer: Key
    worker: Key


class RemarkBody(CommandBody):
    text: Note


class Line(Body):
    quantity: Number


class Aside(BaseModel):
    """A model that is not ours: everything in it may be left out."""

    text: Note | None = None


class Values(CommandBody):
    """One field of each kind."""

    day: Day
    instant: Instant
    number: Number
    count: Count
    name: Name
    note: Note
    code: Key
    id: Id
    flag: Flag
    state: Literal["posted", "open"]
    price: Amount
    currency: CurrencyCode
    plain: int = 0
    lines: list[Line] = Field(default_factory=list)
    remarks: list[Aside] = Field(default_factory=list)


class JobsQuery(PageQuery):
    customer: Key | None = None
    sort: Annotated[str, sorted_by("number", "-number")] = "number"


@dataclass
class JobRoutes:
    """The routes, over one store."""

    store: MemoryStore

    def router(self) -> APIRouter:
        router = routes(tag="jobs")
        router.post("/jobs", status_code=201)(self.open_job)
        router.get("/jobs")(self.list_jobs)
        router.get("/jobs/{job}")(self.show_job)
        router.patch("/jobs/{job}")(self.remark)
        router.post("/jobs/{job}/close")(self.close)
        router.put("/named/{key}")(self.put)
        router.post("/values")(self.values)
        router.get("/broken")(self.broken)
        return router

    async def open_job(self, call: CallDep, body: JobBody) -> Response:
        return await answer(call, JOBS, call.new_id, Open(body.customer, body.worker), status=201)

    async def list_jobs(
        self, query: Annotated[JobsQuery, Query()], cursors: CursorsDep, caller: CallerDep, wants_csv: WantsCsv
    ) -> Response:
        of = f"jobs {query.sort}"
        after = cursors.read(of, query.cursor)[0] if query.cursor else ""
        mine = {job: facts[0].customer for job, facts in self.store.facts.items() if job > after}
        own = caller.own_customer
        found = sorted(job for job, customer in mine.items() if own in (None, customer))[: query.limit]
        if wants_csv:
            return csv_answer("jobs.csv", ["id", "customer"], [[job, mine[job]] for job in found])
        return list_answer(found, cursors.write(of, [found[-1]]) if found else None)

    async def show_job(self, job: Id, caller: CallerDep) -> Response:
        facts = self.store.facts.get(job, [])
        if not facts:
            raise NotFound
        state = JOBS.decider.fold(facts)
        caller.must_see(Owner(state.customer, [state.worker]))
        return stream_answer(job, len(facts), {"state": state.name, "remarks": state.remarks})

    async def remark(self, call: CallDep, job: Id, body: RemarkBody) -> Response:
        return await answer(call, JOBS, job, Remark(body.text))

    async def close(self, call: CallDep, job: Id, body: CommandBody) -> Response:
        return await answer(call, JOBS, job, Close())

    async def put(self, call: CallDep, key: Key, body: JobBody) -> Response:
        command = Open(body.customer, body.worker) if call.creates else Remark("put")
        return await answer(call, JOBS, natural_id("job", key), command, status=201 if call.creates else 200)

    async def values(self, call: CallDep, body: Values) -> Response:
        return json_answer(body)

    async def broken(self) -> Response:
        raise RuntimeError("a secret of the inside")


LINES: Mapping[str, Mapping[str, str]] = {
    "POST /v1/jobs": {"service_manager": "all", "service": "all"},
    "GET /v1/jobs": EVERYTHING,
    "GET /v1/jobs/{job}": EVERYTHING,
    "PATCH /v1/jobs/{job}": EVERYTHING,
    "POST /v1/jobs/{job}/close": EVERYTHING,
    "PUT /v1/named/{key}": {"service_manager": "all"},
    "POST /v1/values": {"service_manager": "all"},
    "GET /v1/broken": {"service_manager": "all"},
}


async def keys_of_issuer() -> bytes:
    return json.dumps(ISSUER.key_set()).encode()


async def nothing_degraded() -> list[str]:
    return []


def front(store: MemoryStore, **changed: Any) -> Front:
    whole = Front(
        service="order",
        tokens=Tokens("order", ISSUER.url, Keys(keys_of_issuer)),
        policy=Policy("order", LINES),
        store=store,
        marks=Heard(),
        ready=nothing_degraded,
        cursors=Cursors(b"a secret of the test, long enough"),
    )
    return replace(whole, **changed)


def app_of(store: MemoryStore, **changed: Any) -> FastAPI:
    return create_app("Jobs", [JobRoutes(store).router()], front(store, **changed))


def client_of(app: Callable[..., Any], token: str | None = None) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token or ISSUER.token('mia', ['service_manager'])}"}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://jobs.test", headers=headers)


class Door:
    """The service as a caller meets it."""

    def __init__(self, **changed: Any) -> None:
        self.store = MemoryStore()
        self.app = app_of(self.store, **changed)
        self.http = client_of(self.app)

    def as_(self, subject: str, *roles: str, **claims: Any) -> httpx.AsyncClient:
        return client_of(self.app, ISSUER.token(subject, roles, **claims))

    async def opens(self, key: str = "first", customer: str = "C-1", worker: str = "W-1") -> httpx.Response:
        body = {"customer": customer, "worker": worker}
        return await self.http.post("/v1/jobs", json=body, headers={"idempotency-key": key})

    async def posts(self, path: str, body: bytes | str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {"content-type": "application/json", "idempotency-key": "a-key", **named}
        return await self.http.post(path, content=body, headers=kept)


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and error code of a problem, of which nothing else may be said."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["type"] == f"urn:fieldfact:problem:{document['error_code']}"
    return answer.status_code, document["error_code"]
