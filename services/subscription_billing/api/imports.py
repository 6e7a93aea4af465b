"""Running subscriptions from a file, CSV or JSON: all of them, or nothing and a list of what is wrong with which row."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from pydantic import model_validator
from starlette.requests import Request
from starlette.responses import Response

from libs.events.types import CurrencyCode, Day, Flag, Id, Key, Name, Number, refuse
from libs.kernel.money import Money
from libs.rules.billing import NEUTRAL, Span
from libs.runtime.http.answers import json_bytes
from libs.runtime.http.bodies import Body
from libs.runtime.http.call import IncomingDep, answered, ended, request_of
from libs.runtime.http.files import FILE_BODY, bad_rows, many_response, records_of, rows_of
from libs.runtime.http.incoming import Call
from libs.runtime.http.json import parse
from libs.runtime.http.route import routes
from libs.runtime.many import Many, ManyRejected, execute_many
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, Decision, Outcome
from services.subscription_billing.application.imports import imports_of
from services.subscription_billing.domain.subscription.imports import imported


class RunningSubscription(Body):
    """One row: `base_price` is in `currency`, `billed_from` and `billed_until` are the first and the last day that were
    billed elsewhere. Without a number the next of the group's is drawn; an `active` one receives fees at once."""

    number: Key | None = None
    name: Name
    group: Key
    project: Key
    category: Key
    currency: CurrencyCode
    base_price: Number
    index: Number = NEUTRAL
    billed_from: Day | None = None
    billed_until: Day | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    agreement: Id | None = None
    active: Flag = True

    @model_validator(mode="after")
    def _whole(self) -> "RunningSubscription":
        """What was billed has both ends; the price has the decimals of its currency."""
        if (self.billed_from is None) != (self.billed_until is None):
            raise refuse("incomplete_period", "what was billed has a first and a last day")
        if self.billed_from is not None and self.billed_until is not None and self.billed_until < self.billed_from:
            raise refuse("period_reversed", f"{self.billed_until} is before {self.billed_from}")
        try:
            Money.of(f"{self.base_price:f}", self.currency)
        except ValueError:
            raise refuse("too_many_decimals", f"the price has more decimals than {self.currency}") from None
        return self

    def opening(self) -> dict[str, Any]:
        """What the subscription is opened with."""
        apart = {"base_price", "billed_from", "billed_until", "active"}
        given = {name: getattr(self, name) for name in RunningSubscription.model_fields if name not in apart}
        billed = Span.of(self.billed_from, self.billed_until) if self.billed_from and self.billed_until else None
        return {**given, "base_price": _money(self.base_price, self.currency), "billed_before": billed}


def _money(amount: Decimal, currency: str) -> Money:
    return Money.of(f"{amount:f}", currency)


def import_routes(store: FactStore) -> APIRouter:
    """POST /v1/imports/subscriptions."""

    async def take_in(call: IncomingDep, request: Request) -> Response:
        """Open every subscription of a file as it stands elsewhere. Source: architecture 1, contracts 5."""
        outcome = await answered(call) or await _import(store, call, request)
        return await many_response(store, call, outcome, parse(outcome.body)["facts"])

    router = routes(tag="imports")
    router.add_api_route("/imports/subscriptions", take_in, methods=["POST"], openapi_extra={"requestBody": FILE_BODY})
    return router


async def _import(store: FactStore, call: Call, request: Request) -> Outcome:
    rows = rows_of(request, RunningSubscription)
    records = records_of(rows, RunningSubscription, "number")
    commands = await imports_of(store, [(record.opening(), record.active) for record in records], call.at)

    def answering(decisions: Sequence[Decision]) -> Answer:
        return Answer(200, json_bytes({"id": call.new_id, "rows": len(rows), **_counted(decisions)}))

    many = Many(call.new_id, imported, commands, answering)
    try:
        return await ended(call, lambda: execute_many(store, many, request_of(call, many.id)))
    except ManyRejected as refused:
        numbers = dict(zip(commands, (row.number for row in rows), strict=True))
        raise bad_rows(refused, numbers) from refused


def _counted(decisions: Sequence[Decision]) -> Mapping[str, int]:
    new = sum(bool(decision.facts) for decision in decisions)
    facts = sum(len(decision.facts) for decision in decisions)
    return {"recorded": new, "unchanged": len(decisions) - new, "facts": facts}
