"""Jobs that are opened, remarked on and closed, and a store that keeps them in a dictionary."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from libs.kernel.decider import Decider, Rejected
from libs.runtime.auth.caller import Owner
from libs.runtime.faults import KeyReused
from libs.runtime.http.call import Resource
from libs.runtime.streams import Answering, AnyDecider, Outcome, Request, Stream, check, made


@dataclass(frozen=True)
class Open:
    customer: str
    worker: str


@dataclass(frozen=True)
class Remark:
    text: str


@dataclass(frozen=True)
class Close: ...


@dataclass(frozen=True)
class Job:
    name: Literal["nothing", "open", "closed"] = "nothing"
    customer: str = ""
    worker: str = ""
    remarks: tuple[str, ...] = ()


def decide(command: Open | Remark | Close, job: Job) -> Sequence[Any]:
    match command, job.name:
        case Open(), "nothing":
            return [command]
        case Open(), _:
            raise Rejected.transition(job.name, ["close"], "The job is there already.")
        case ((Remark() | Close()), "nothing"):
            raise Rejected.state("not_found", "There is no such job.")
        case Remark("forbidden"), _:
            raise Rejected.value("remark_forbidden", "This is not said here.", field="/text")
        case _, "closed":
            raise Rejected.transition("closed", [], "A closed job stays as it is.")
        case _:
            return [command]


def evolve(job: Job, fact: Any) -> Job:
    match fact:
        case Open(customer, worker):
            return Job("open", customer, worker)
        case Remark(text):
            return replace(job, remarks=(*job.remarks, text))
        case _:
            return replace(job, name="closed")


JOBS = Resource(
    path="/v1/jobs",
    decider=Decider(Job(), decide, evolve),
    shows=lambda job: {"number": None, "state": job.name},
    owner=lambda job: Owner(job.customer, [job.worker]),
)


@dataclass
class MemoryStore:
    """The store's promises, kept in a dictionary. `hold`, when set, is waited for before an append."""

    facts: dict[str, list[Any]] = field(default_factory=dict)
    answers: dict[tuple[str, str], tuple[str, Outcome]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    position: int = 0
    hold: asyncio.Event | None = None

    async def answered(self, actor: str, key: str) -> tuple[str, Outcome] | None:
        return self.answers.get((actor, key))

    async def execute(
        self, decider: AnyDecider, stream_id: str, command: Any, request: Request, answering: Answering
    ) -> Outcome:
        facts = self.facts.get(stream_id, [])
        stream = Stream(stream_id, len(facts), decider.fold(facts))
        check(stream, request)
        told = [*facts, *decider.decide(await made(command, stream), stream.state)]
        if self.hold is not None:
            await self.hold.wait()
        if before := self.answers.get((request.actor, request.key or "")):
            if before[0] != request.fingerprint:
                raise KeyReused
            return before[1]
        said = answering(Stream(stream_id, len(told), decider.fold(told)))
        self.facts[stream_id], self.position = told, self.position + len(told) - len(facts)
        self.requests.append(request)
        outcome = Outcome(stream_id, len(told), self.position, said.status, said.body)
        if request.key:
            self.answers[request.actor, request.key] = (request.fingerprint, outcome)
        return outcome
