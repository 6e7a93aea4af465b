"""Routes of subscriptions: open, list, show, change, and their course from activation to cancellation."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from libs.events.types import Day, Id, Key
from libs.kernel.money import Money
from libs.rules.billing import PeriodCalendar
from libs.runtime import clock
from libs.runtime.auth.caller import Caller, CallerDep
from libs.runtime.faults import NotFound
from libs.runtime.http.answers import list_answer, stream_answer
from libs.runtime.http.bodies import PageQuery
from libs.runtime.http.bodies import Query as StrictQuery
from libs.runtime.http.call import CallDep, answer, answer_jointly
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.jointly import Joint
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from services.subscription_billing.api import bodies
from services.subscription_billing.api.bodies import said
from services.subscription_billing.api.fee_bodies import ReduceDaysBody
from services.subscription_billing.api.fee_shapes import ACCOUNTS
from services.subscription_billing.api.shapes import SUBSCRIPTIONS, money, owner, shown
from services.subscription_billing.application import records, subscriptions
from services.subscription_billing.application.around import Around
from services.subscription_billing.application.fee_runs import release
from services.subscription_billing.application.fees import reduce_range
from services.subscription_billing.domain.subscription import course, creation, prices
from services.subscription_billing.domain.subscription.state import Existing
from services.subscription_billing.projections import lookups


class SubscriptionQuery(StrictQuery):
    """The day whose prices are shown; today when it is not named."""

    on: Day | None = None


class SubscriptionsQuery(PageQuery):
    """Which subscriptions: each filter that is named must fit."""

    number: Key | None = None
    group: Key | None = None
    project: Key | None = None
    customer: Key | None = None
    category: Key | None = None
    agreement: Id | None = None
    state: Literal["draft", "active", "inactive", "cancelled", "expired", "deleted"] | None = None

    def wanted(self, caller: Caller) -> lookups.Wanted:
        """The question without the page, held to what the caller may see."""
        names = ("number", "group", "project", "customer", "category", "agreement", "state")
        return lookups.Wanted({name: getattr(self, name) for name in names}, caller.own_customer)


class Subscriptions:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router, one = routes(tag="subscriptions"), "/subscriptions/{subscription}"
        router.post("/subscriptions", status_code=201)(self.open)
        router.get("/subscriptions")(self.list)
        router.get(one)(self.show)
        router.post(f"{one}/rename")(self.rename)
        router.post(f"{one}/change-category")(self.change_category)
        router.post(f"{one}/change-currency")(self.change_currency)
        router.post(f"{one}/activate")(self.activate)
        router.post(f"{one}/deactivate")(self.deactivate)
        router.post(f"{one}/set-term")(self.set_term)
        router.post(f"{one}/delete")(self.delete)
        router.post(f"{one}/cancel")(self.cancel)
        router.post(f"{one}/undo-cancellation")(self.undo_cancellation)
        router.post(f"{one}/update-base-price")(self.update_base_price)
        router.post(f"{one}/update-index")(self.update_index)
        router.post(f"{one}/release-parked")(self.release_parked)
        router.post(f"{one}/reduce-days")(self.reduce_days)
        return router

    async def open(self, call: CallDep, body: bodies.OpenSubscriptionBody) -> Response:
        """Open a subscription. Source: SUB-01."""
        command = await subscriptions.new_subscription(Around(self.store), said(body), call.at)
        number = command.number or command.drawn
        stream_id = subscriptions.subscription_id(number) if number else call.new_id
        return await answer(call, SUBSCRIPTIONS, stream_id, subscriptions.once(command), 201)

    async def list(
        self, query: Annotated[SubscriptionsQuery, Query()], caller: CallerDep, cursors: CursorsDep
    ) -> Response:
        """Subscriptions by number. Source: SUB-05."""
        of = f"subscriptions {query.model_dump_json(exclude={'cursor', 'limit'})}"
        after = cursors.read(of, query.cursor)[0] if query.cursor else ""
        found = await rows(self.store, lookups.page_of_subscriptions(query.wanted(caller), after, query.limit + 1))
        following = cursors.write(of, [found[query.limit - 1]["number"]]) if len(found) > query.limit else None
        return list_answer([_listed(row) for row in found[: query.limit]], following)

    async def show(self, subscription: Id, query: Annotated[SubscriptionQuery, Query()], caller: CallerDep) -> Response:
        """A subscription with its prices over time. Source: SUB-04, SUB-05."""
        version, state = await subscriptions.existing(self.store, subscription)
        caller.must_see(owner(state))
        on = query.on or await subscriptions.today(self.store, state.header.project, clock.now())
        return stream_answer(subscription, version, shown(state, on, await self._calendar(state)))

    async def rename(self, call: CallDep, subscription: Id, body: bodies.RenameBody) -> Response:
        """Call it something else."""
        return await self._answer(call, subscription, creation.Rename(body.name))

    async def change_category(self, call: CallDep, subscription: Id, body: bodies.ChangeCategoryBody) -> Response:
        """Let later fees have another category."""
        command = await subscriptions.category_change(self.store, body.category)
        return await self._answer(call, subscription, command)

    async def change_currency(self, call: CallDep, subscription: Id, body: bodies.ChangeCurrencyBody) -> Response:
        """Bill it in another currency. Source: SUB-09."""
        state = await self._existing(subscription)
        command = await subscriptions.currency_change(self.store, subscription, state, said(body), call.at)
        return await self._answer(call, subscription, command)

    async def activate(self, call: CallDep, subscription: Id, body: bodies.NothingBody) -> Response:
        """Let it receive fees. Source: FEE-10."""
        command = await subscriptions.activation(self.store, await self._existing(subscription), call.at)
        return await self._answer(call, subscription, command)

    async def deactivate(self, call: CallDep, subscription: Id, body: bodies.ReasonBody) -> Response:
        """Let it receive no new fees. Source: SUB-07."""
        return await self._answer(call, subscription, course.Deactivate(body.reason))

    async def set_term(self, call: CallDep, subscription: Id, body: bodies.SetTermBody) -> Response:
        """Say from which to which day it may be billed. Source: LIF-02."""
        return await self._answer(call, subscription, course.SetTerm(body.starts_on, body.ends_on))

    async def delete(self, call: CallDep, subscription: Id, body: bodies.ReasonBody) -> Response:
        """Take back what was opened by mistake. Source: SUB-08."""
        return await self._answer(call, subscription, creation.Delete(body.reason))

    async def cancel(self, call: CallDep, subscription: Id, body: bodies.CancelBody) -> Response:
        """End it for good, at the end of a period or on a day. Source: LIF-04."""
        state = await self._existing(subscription)
        command = await subscriptions.cancellation(self.store, state, said(body), call.at)
        return await self._answer(call, subscription, command)

    async def undo_cancellation(self, call: CallDep, subscription: Id, body: bodies.ReasonBody) -> Response:
        """Let it go on after all. Source: LIF-06."""
        state = await self._existing(subscription)
        on = await subscriptions.today(self.store, state.header.project, call.at)
        return await self._answer(call, subscription, course.UndoCancellation(on, body.reason))

    async def update_base_price(self, call: CallDep, subscription: Id, body: bodies.UpdateBasePriceBody) -> Response:
        """Change the price of a full period. Source: IDX-01."""
        state = await self._existing(subscription)
        on = await subscriptions.today(self.store, state.header.project, call.at)
        return await self._answer(call, subscription, prices.UpdateBasePrice(today=on, **said(body)))

    async def update_index(self, call: CallDep, subscription: Id, body: bodies.UpdateIndexBody) -> Response:
        """Change the index. Source: IDX-01."""
        state = await self._existing(subscription)
        on = await subscriptions.today(self.store, state.header.project, call.at)
        return await self._answer(call, subscription, prices.UpdateIndex(today=on, **said(body)))

    async def release_parked(self, call: CallDep, subscription: Id, body: bodies.MustReasonBody) -> Response:
        """Bill it what its run wanted to, and let runs bill it again. Source: reliability F9."""
        await self._existing(subscription)
        return await answer_jointly(call, self.store, ACCOUNTS, subscription, lambda it: release(it, body.reason))

    async def reduce_days(self, call: CallDep, subscription: Id, body: ReduceDaysBody) -> Response:
        """Take days off every fee that has them. Source: RED-06."""
        on = body.project_date or await subscriptions.today(
            self.store, (await self._existing(subscription)).header.project, call.at
        )

        async def work(joint: Joint) -> None:
            await reduce_range(joint, body.days, on, body.reason)

        return await answer_jointly(call, self.store, ACCOUNTS, subscription, work)

    async def _existing(self, subscription: str) -> Existing:
        return (await subscriptions.existing(self.store, subscription))[1]

    async def _answer(self, call: CallDep, subscription: str, command: object) -> Response:
        """Only what was opened is asked anything."""
        await self._existing(subscription)
        return await answer(call, SUBSCRIPTIONS, subscription, command)

    async def _calendar(self, standing: Existing) -> PeriodCalendar:
        group = await records.group(self.store, standing.header.group)
        try:
            return (await records.defined_code(self.store, group.invoicing_code if group else ""))[1].calendar
        except NotFound:
            return PeriodCalendar()


def _listed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    price = Money.of(f"{row['base_price']:f}", row["currency"])
    told = {name: row[name] for name in lookups.LISTED}
    told["start_date"] = told["start_date"] or row["billed_from"]
    return {"id": str(row["stream_id"]), **told, "base_price": money(price), "index": f"{row['index']:f}"}
