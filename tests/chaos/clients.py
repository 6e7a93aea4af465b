"""Clients that ask under the same key until they have a final answer, and write down what they asked and were told."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import httpx

from tests.chaos.prepared import CALENDAR, Prepared
from tests.chaos.scripts import AGREEMENT, Say, Script, scripts
from tests.chaos.system import System

PATIENCE_SECONDS = 4.0
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 0.5
_TOKEN_SECONDS = 240.0
CALENDAR_TURNS = 8

Outcome = Literal["maybe", "ok", "fail"]


@dataclass
class Operation:
    """A command, from its first invocation to its final answer. `maybe` may have happened or not.

    A refusal is `fail` only when nothing was sent before it: an earlier try of the same key may still happen.
    """

    client: int
    service: str
    what: str
    key: str
    unique: str
    stream: str
    invoked: float
    ended: float = 0.0
    outcome: Outcome = "maybe"
    status: int = 0
    version: int = 0
    tries: int = 0
    under: str = ""
    """The idempotency key of the last try: always `key`, unless the client is at fault."""
    reason: str = ""
    position: str = ""
    """What the answer said of where its facts stand, for who asks next."""
    document: str = ""
    """The number of the document that a posting was told to have become."""


@dataclass
class History:
    """What all clients asked and were told, in the order of invocation; `faults` are answers that no fault explains."""

    operations: list[Operation] = field(default_factory=list)
    reads: list[tuple[str, float, float, int]] = field(default_factory=list)
    """Stream, invoked, ended, version seen."""
    faults: list[str] = field(default_factory=list)
    billed: list[tuple[str, str]] = field(default_factory=list)
    """Fee run and subscription: what a run was to bill, asked when the lists knew the subscription to be active."""


async def elapse(seconds: float) -> None:
    """Lets time pass: what the schedule asks for, not a wait for something to become true."""
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=seconds)


class Client:
    """One caller of the order and agreement services. All clients are the same person, so that keys may be shared.

    `prepared` is told before it runs.
    """

    def __init__(self, system: System, number: int, history: History, *, new_keys: bool = False) -> None:
        self.system, self.number, self.history, self.new_keys = system, number, history, new_keys
        self.prepared = Prepared("", "")
        self.stopping = False
        self.giving_up = False
        self._http = httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False)
        self._token, self._token_until = "", 0.0

    async def run(self, seed: int, lines: int) -> None:
        """Plays scripts until told to stop, and ends the command that it is in."""
        async with self._http:
            for script in scripts(seed, self.number, lines):
                if self.stopping:
                    return
                await self._play(script)

    async def _play(self, script: Script) -> None:
        body = {
            name: self.prepared.agreement if value == AGREEMENT else value for name, value in script.create.body.items()
        }
        created = await self.say(replace(script.create, body=body), "", script.service)
        if created is None or created.outcome != "ok":
            return
        for say in script.then:
            if self.stopping:
                return
            await self.say(say, created.stream, script.service)
        if script.service == "order" and not script.shared and self.number % 3 == 0:
            await self.look(f"/v1/orders/{created.stream}")

    async def say(self, say: Say, stream: str, service: str = "order", **headers: str) -> Operation | None:
        """Asks until there is a final answer, or the run ends."""
        began = time.monotonic()
        operation = Operation(self.number, service, say.what, say.unique, say.unique, stream, began)
        self.history.operations.append(operation)
        path, wait = say.path.format(stream=stream), _FIRST_WAIT
        while not self.giving_up:
            operation.tries += 1
            method = "PUT" if say.what == "put" else "POST"
            answer = await self._ask(operation, method, path, say.body, headers)
            operation.ended = time.monotonic()
            if answer is not None and self._final(operation, answer):
                return operation
            await elapse(wait)
            wait = min(_LONGEST_WAIT, wait * 2)
        return None

    async def _ask(
        self, operation: Operation, method: str, path: str, body: Mapping[str, Any], more: Mapping[str, str]
    ) -> httpx.Response | None:
        operation.under = f"{operation.key} try {operation.tries}" if self.new_keys else operation.key
        try:
            headers = {
                **await self._signed(),
                "idempotency-key": operation.under,
                "x-request-id": operation.key,
                **more,
            }
            url = f"{self.system.address(operation.service)}{path}"
            return await self._http.request(method, url, json=body, headers=headers)
        except httpx.TransportError:
            return None

    def _final(self, operation: Operation, answer: httpx.Response) -> bool:
        """Whether the answer settles the command."""
        status = operation.status = answer.status_code
        if status >= 500 or status == 401 or (status == 409 and "in_progress" in answer.text):
            if status == 401:
                self._token_until = 0.0
            elif status >= 500 and status != 503:
                self.history.faults.append(f"{operation.what} {operation.key}: {status} {answer.text[:200]}")
            return False
        if answer.is_success:
            told = answer.json()
            operation.outcome, operation.version, operation.stream = "ok", told["version"], told["id"]
            operation.position = answer.headers.get("position", "")
            operation.document = told.get("document", {}).get("number", "")
        else:
            operation.reason = answer.json().get("type", "").rpartition(":")[2] or answer.text[:80]
            operation.outcome = "fail" if operation.tries == 1 else "maybe"
        return True

    async def look(self, path: str, service: str = "order") -> Mapping[str, Any]:
        """What is told of a stream, written down with its version; nothing when there is no answer."""
        began, told = time.monotonic(), await self.read(path, service)
        if told:
            self.history.reads.append((told["id"], began, time.monotonic(), told["version"]))
        return told

    async def read(self, path: str, service: str, **query: str) -> Mapping[str, Any]:
        """What is told at a path; nothing when there is no answer."""
        try:
            url = f"{self.system.address(service)}{path}"
            answer = await self._http.get(url, headers=await self._signed(), params=query)
        except httpx.TransportError:
            return {}
        told: Mapping[str, Any] = answer.json() if answer.is_success else {}
        return told

    async def _signed(self) -> Mapping[str, str]:
        if time.monotonic() > self._token_until:
            asked = {"subject": "chaos", "role": "service_manager"}
            answer = await self._http.post(f"{self.system.issuer}/token", json=asked)
            self._token = answer.json()["access_token"]
            self._token_until = time.monotonic() + _TOKEN_SECONDS
        return {"authorization": f"Bearer {self._token}"}


class Clerk(Client):
    """The one caller of the reference service: new workers, put again and again, and versions of a calendar."""

    async def run(self, seed: int, lines: int) -> None:
        """Until told to stop."""
        async with self._http:
            turn = 0
            while not self.stopping:
                turn += 1
                await self._record(f"CLERK-{seed}-{turn}")
                if turn % CALENDAR_TURNS == 0:
                    await self._calendar(turn)
                await elapse(0.2)

    async def _record(self, key: str) -> None:
        tag = ""
        for version in (1, 2, 3):
            unique = f"{key}.v{version}"
            say = Say("put", f"/v1/workers/{key}", {"name": unique}, unique)
            condition = {"if-match": tag} if tag else {"if-none-match": "*"}
            done = await self.say(say, "", "reference", **condition)
            if done is None or done.outcome != "ok":
                return
            tag = f'"{done.version}-{done.stream[:8]}"'

    async def _calendar(self, turn: int) -> None:
        """A version for the far future: open clocks are measured anew, to the same figures."""
        body = {**CALENDAR, "valid_from": f"2031-01-{turn % 28 + 1:02}"}
        say = Say("put", "/v1/calendars/ROUND", body, f"calendar.{turn}")
        done = await self.say(say, "", "reference", **{"if-match": self.prepared.calendar})
        if done is not None and done.outcome == "ok":
            self.prepared = replace(self.prepared, calendar=f'"{done.version}-{done.stream[:8]}"')
