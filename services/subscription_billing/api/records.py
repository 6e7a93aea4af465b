"""Routes of period codes, subscription groups, price rows and parameters: put, show, list, and what else they take."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from libs.events import subscription_billing as says
from libs.events.fact import Fact
from libs.events.types import Key
from libs.runtime.http.answers import list_answer, stream_answer
from libs.runtime.http.bodies import PageQuery
from libs.runtime.http.call import CallDep, answer
from libs.runtime.http.cursors import Cursors
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.incoming import Call
from libs.runtime.http.marks import own_log_heard
from libs.runtime.http.route import routes
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from services.subscription_billing.api import bodies
from services.subscription_billing.api.bodies import said
from services.subscription_billing.api.shapes import CODES, GROUPS, PARAMETERS, PRICES, shown_code
from services.subscription_billing.application import records
from services.subscription_billing.domain.parameters import STREAM, SetSubscriptionParameters
from services.subscription_billing.domain.period_code import DefinePeriodCode, GeneratePeriods
from services.subscription_billing.domain.sales_price import WithdrawPrice
from services.subscription_billing.domain.subscription_group import RetireSubscriptionGroup
from services.subscription_billing.projections.record_list import page_of_records

_FACTS: Mapping[str, type[Fact]] = {
    "period_code": says.PeriodCodeDefined,
    "subscription_group": says.SubscriptionGroupDefined,
    "subscription_price": says.SubscriptionSalesPriceSet,
}


class Records:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="records")
        router.put("/period-codes/{key}")(self.put_code)
        router.get("/period-codes/{key}")(self.show_code)
        router.get("/period-codes")(self.list_codes)
        router.post("/period-codes/{key}/generate-periods")(self.generate_periods)
        router.post("/period-codes/{key}/split-period")(self.split_period)
        router.put("/subscription-groups/{key}")(self.put_group)
        router.get("/subscription-groups/{key}")(self.show_group)
        router.get("/subscription-groups")(self.list_groups)
        router.post("/subscription-groups/{key}/retire")(self.retire_group)
        router.put("/subscription-prices/{key}")(self.put_price)
        router.get("/subscription-prices/{key}")(self.show_price)
        router.get("/subscription-prices")(self.list_prices)
        router.post("/subscription-prices/{key}/withdraw")(self.withdraw_price)
        router.put("/subscription-parameters")(self.put_parameters)
        router.get("/subscription-parameters")(self.show_parameters)
        return router

    async def put_code(self, call: CallDep, key: Key, body: bodies.PeriodCodeBody) -> Response:
        """Define a period code. Source: PER-01, PER-06."""
        given = {name: getattr(body, name) for name in bodies.PeriodCodeBody.model_fields if name != "at"}
        command = DefinePeriodCode(says.PeriodCodeDefined(code=key, **given))
        return await answer(call, CODES, records.code_id(key), command, 201 if call.creates else 200)

    async def show_code(self, key: Key) -> Response:
        """A period code with its periods."""
        version, state = await records.defined_code(self.store, key)
        return stream_answer(records.code_id(key), version, shown_code(state))

    async def list_codes(self, query: Annotated[PageQuery, Query()], cursors: CursorsDep) -> Response:
        """Every period code, by key, without its periods."""
        return await self._list("period_code", query, cursors)

    async def generate_periods(self, call: CallDep, key: Key, body: bodies.GeneratePeriodsBody) -> Response:
        """Generate whole periods for some days. Source: PER-01, PER-05."""
        await records.defined_code(self.store, key)
        return await answer(call, CODES, records.code_id(key), GeneratePeriods(body.days))

    async def split_period(self, call: CallDep, key: Key, body: bodies.SplitPeriodBody) -> Response:
        """Make two periods of one. Source: PER-03."""
        await records.defined_code(self.store, key)
        return await answer(call, CODES, records.code_id(key), records.split_of(self.store, body.on, self._heard(call)))

    async def put_group(self, call: CallDep, key: Key, body: bodies.SubscriptionGroupBody) -> Response:
        """Define or revise a group. Source: SGR-01 to SGR-05."""
        given = {"accrue_revenue": body.accrue_revenue, **said(body)}
        command = records.put_of_group(self.store, says.SubscriptionGroupDefined(group=key, **given), self._heard(call))
        return await answer(call, GROUPS, records.group_id(key), command, 201 if call.creates else 200)

    async def show_group(self, key: Key) -> Response:
        """A group as it was put last."""
        version, state = await records.standing_group(self.store, key)
        shown = {**_content(state.terms), "state": type(state).__name__.lower()}
        return stream_answer(records.group_id(key), version, shown)

    async def list_groups(self, query: Annotated[PageQuery, Query()], cursors: CursorsDep) -> Response:
        """Every group, by key."""
        return await self._list("subscription_group", query, cursors)

    async def retire_group(self, call: CallDep, key: Key, body: bodies.ReasonBody) -> Response:
        """Let no subscription be opened in a group."""
        await records.standing_group(self.store, key)
        return await answer(call, GROUPS, records.group_id(key), RetireSubscriptionGroup(body.reason))

    async def put_price(self, call: CallDep, key: Key, body: bodies.SubscriptionPriceBody) -> Response:
        """Set a row of the price search. Source: SPR-01 to SPR-04."""
        row = says.SubscriptionSalesPriceSet(row=key, **said(body))
        command = await records.put_of_price(self.store, row)
        return await answer(call, PRICES, records.price_id(key), command, 201 if call.creates else 200)

    async def show_price(self, key: Key) -> Response:
        """A price row as it was put last."""
        version, state = await records.standing_price(self.store, key)
        shown = {**_content(state.row), "state": type(state).__name__.lower()}
        return stream_answer(records.price_id(key), version, shown)

    async def list_prices(self, query: Annotated[PageQuery, Query()], cursors: CursorsDep) -> Response:
        """Every price row, by key."""
        return await self._list("subscription_price", query, cursors)

    async def withdraw_price(self, call: CallDep, key: Key, body: bodies.ReasonBody) -> Response:
        """Let a price row count for nothing. Source: SPR-06."""
        await records.standing_price(self.store, key)
        return await answer(call, PRICES, records.price_id(key), WithdrawPrice(body.reason))

    async def put_parameters(self, call: CallDep, body: bodies.SubscriptionParametersBody) -> Response:
        """Set the parameters. Source: subscription-billing 1.13."""
        command = SetSubscriptionParameters(says.SubscriptionParametersSet(**said(body)))
        return await answer(call, PARAMETERS, STREAM, command, 201 if call.creates else 200)

    async def show_parameters(self) -> Response:
        """The parameters as they are set."""
        version, parameters = await records.parameters(self.store)
        return stream_answer(STREAM, version, _content(parameters))

    def _heard(self, call: Call) -> records.Heard:
        return partial(own_log_heard, self.store, call.front.marks, call.front.service)

    async def _list(self, kind: str, query: PageQuery, cursors: Cursors) -> Response:
        after = cursors.read(kind, query.cursor)[0] if query.cursor else ""
        found = await rows(self.store, page_of_records(kind, after, query.limit + 1))
        following = cursors.write(kind, [found[query.limit - 1]["key"]]) if len(found) > query.limit else None
        return list_answer([_listed(row) for row in found[: query.limit]], following)


def _content(fact: Fact) -> Mapping[str, Any]:
    return fact.model_dump(mode="json", exclude_none=True)


def _listed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    fact = _FACTS[row["kind"]].from_bytes(row["body"].encode())
    return {"version": row["version"], "state": row["state"], **_content(fact)}
