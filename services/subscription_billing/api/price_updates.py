"""Routes that update base prices or indexes of many subscriptions at once. Source: IDX-03."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from libs.runtime.http.answers import json_bytes
from libs.runtime.http.call import IncomingDep, answered, ended, request_of
from libs.runtime.http.files import many_response
from libs.runtime.http.incoming import Call
from libs.runtime.http.json import parse
from libs.runtime.http.marks import own_log_heard
from libs.runtime.http.route import routes
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, Outcome
from services.subscription_billing.api.bodies import UpdateBasePricesBody, UpdateIndexesBody, UpdateManyBody, said
from services.subscription_billing.application.price_updates import Updated, of_group, update_all
from services.subscription_billing.application.records import standing_group
from services.subscription_billing.domain.subscription.prices import UpdateBasePrice, UpdateIndex


class PriceUpdates:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="price updates")
        router.post("/base-price-updates")(self.update_base_prices)
        router.post("/index-updates")(self.update_indexes)
        return router

    async def update_base_prices(self, call: IncomingDep, body: UpdateBasePricesBody) -> Response:
        """Change the base price of every active subscription of a group, or of those named. Source: IDX-03."""
        return await self._update(call, UpdateBasePrice(today=call.at.date(), run=call.new_id, **_change(body)), body)

    async def update_indexes(self, call: IncomingDep, body: UpdateIndexesBody) -> Response:
        """Change the index of every active subscription of a group, or of those named. Source: IDX-03."""
        return await self._update(call, UpdateIndex(today=call.at.date(), run=call.new_id, **_change(body)), body)

    async def _update(self, call: Call, update: UpdateBasePrice | UpdateIndex, body: UpdateManyBody) -> Response:
        outcome = await answered(call) or await self._decided(call, update, body)
        return await many_response(self.store, call, outcome, parse(outcome.body)["updated"])

    async def _decided(self, call: Call, update: UpdateBasePrice | UpdateIndex, body: UpdateManyBody) -> Outcome:
        named = body.subscriptions if body.group is None else await self._of_group(call, body.group)

        def answering(updated: Updated) -> Answer:
            return Answer(200, json_bytes({"id": call.new_id, **_counted(updated)}))

        request = request_of(call, call.new_id)
        return await ended(call, lambda: update_all(self.store, update, named or [], request, answering))

    async def _of_group(self, call: Call, group: str) -> list[str]:
        """Those of the group that are active by now, not by what was heard of them."""
        await standing_group(self.store, group)
        await own_log_heard(self.store, call.front.marks, call.front.service)
        return await of_group(self.store, group)


def _change(body: UpdateBasePricesBody | UpdateIndexesBody) -> dict[str, Any]:
    return {name: value for name, value in said(body).items() if name not in ("group", "subscriptions")}


def _counted(updated: Updated) -> dict[str, Any]:
    told = sum(bool(decision.facts) for decision in updated.decisions)
    skipped = [{"subscription": key, "reason": reason} for key, reason in sorted(updated.skipped.items())]
    return {"updated": told, "unchanged": len(updated.decisions) - told, "skipped": skipped}
