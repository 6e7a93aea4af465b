"""What stands before the routes of one service, as a value that its routes find."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol, cast

from fastapi import Depends
from starlette.requests import Request

from libs.runtime.auth.caller import Caller
from libs.runtime.auth.keys import keys_at, keys_in
from libs.runtime.auth.policy import Policy, policy_of
from libs.runtime.auth.tokens import Tokens, looks_like_a_token, unauthenticated
from libs.runtime.http.cursors import Cursors
from libs.runtime.http.marks import StoredMarks, database_answers
from libs.runtime.http.positions import Marks
from libs.runtime.http.rates import Rates
from libs.runtime.settings import ServiceSettings
from libs.runtime.store import FactStore
from libs.runtime.streams import Answering, AnyDecider, Outcome
from libs.runtime.streams import Request as StoreRequest

Ready = Callable[[], Awaitable[Collection[str]]]
"""Answers what is degraded; raises Unavailable when the service cannot answer at all."""

_TOKEN_NAMES = {"access_token", "token", "id_token", "authorization", "bearer", "jwt"}


class Store(Protocol):
    """What commands need of the event store."""

    async def answered(self, actor: str, key: str) -> tuple[str, Outcome] | None:
        """The fingerprint and the outcome that a caller's key was answered with."""

    async def execute(
        self, decider: AnyDecider, stream_id: str, command: Any, request: StoreRequest, answering: Answering
    ) -> Outcome:
        """Decides, appends and answers, once for every idempotency key."""


@dataclass(frozen=True)
class Front:
    """Proof, policy, store, marks and cursors of one service. `under_way` are the keys worked on in this process."""

    service: str
    tokens: Tokens
    policy: Policy
    store: Store
    marks: Marks
    ready: Ready
    cursors: Cursors = field(default_factory=Cursors)
    rates: Rates = field(default_factory=Rates)
    docs: bool = False
    under_way: set[tuple[str, str]] = field(default_factory=set)

    async def admit(self, request: Request, route: str) -> Caller:
        """The caller with what the policy grants on this route. Refused with 401, 429 or 403; Unavailable while the
        issuer's keys are not to be had."""
        if any(name.lower() in _TOKEN_NAMES or looks_like_a_token(value) for name, value in _query(request)):
            raise unauthenticated("token_location", "A token stands in the Authorization header only.")
        caller = await self.tokens.caller(request.headers.getlist("authorization"))
        self.rates.take(caller.actor, reads=request.method == "GET")
        return self.policy.grant(route, caller)


def _query(request: Request) -> Sequence[tuple[str, str]]:
    return request.query_params.multi_items()


def front_of(
    service: str, store: FactStore, settings: ServiceSettings, degraded: Collection[str], hears: Collection[str] = ()
) -> Front:
    """The front of a service, from its settings. `hears` are the publishers whose facts its views are made of.

    ValueError when no key set is configured; PolicyDoesNotFit when the policy file is not understood.
    """
    if settings.token_keys_url:
        keys = keys_at(settings.token_keys_url)
    elif settings.token_keys_file:
        keys = keys_in(settings.token_keys_file)
    else:
        raise ValueError("set TOKEN_KEYS_URL or TOKEN_KEYS_FILE")
    development = settings.mode == "development"
    return Front(
        service=service,
        tokens=Tokens(service, settings.token_issuer, keys, any_lifetime=development),
        policy=policy_of(service),
        store=store,
        marks=StoredMarks(store, service, hears),
        ready=database_answers(store, degraded),
        cursors=Cursors(settings.cursor_secret.get_secret_value().encode()),
        rates=Rates(settings.rate_writes_per_minute, settings.rate_reads_per_minute),
        docs=development,
    )


def front_before(request: Request) -> Front:
    """The front of the application that the request is for."""
    return cast(Front, request.app.state.front)


async def _cursors(request: Request) -> Cursors:
    return front_before(request).cursors


CursorsDep = Annotated[Cursors, Depends(_cursors)]
"""The cursors of the service."""
