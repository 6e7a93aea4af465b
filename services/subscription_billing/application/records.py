"""Period codes, groups, price rows and parameters: their streams, as they stand, and the commands that put them."""

from collections.abc import Awaitable, Callable
from datetime import date

from libs.events import subscription_billing as says
from libs.kernel.ids import natural_id
from libs.rules.billing import Span
from libs.runtime.faults import NotFound
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Made, Stream
from services.subscription_billing.domain import period_code as codes
from services.subscription_billing.domain import sales_price as prices
from services.subscription_billing.domain import subscription_group as groups
from services.subscription_billing.domain.parameters import STREAM, subscription_parameters
from services.subscription_billing.domain.period_code import SplitPeriod
from services.subscription_billing.domain.references import Code, Group, Named
from services.subscription_billing.domain.sales_price import SetSubscriptionSalesPrice
from services.subscription_billing.domain.subscription import subscription
from services.subscription_billing.domain.subscription.state import Absent
from services.subscription_billing.domain.subscription_group import PutSubscriptionGroup
from services.subscription_billing.projections import lookups
from services.subscription_billing.projections.fee_use import fee_of_period, invoiced_fee_of_group

Heard = Callable[[], Awaitable[None]]
"""Returns when the views have taken in everything recorded so far: a fee must not be overlooked."""


def code_id(key: str) -> str:
    """The stream of the period code with this key. Source: contracts 4."""
    return natural_id("period_code", key)


def group_id(key: str) -> str:
    """The stream of the subscription group with this key. Source: contracts 4."""
    return natural_id("subscription_group", key)


def price_id(key: str) -> str:
    """The stream of the price row with this key. Source: contracts 4."""
    return natural_id("subscription_price", key)


async def defined_code(store: FactStore, key: str) -> tuple[int, codes.Defined]:
    """The version and the state of a period code; NotFound when there is none."""
    stream = await store.load(codes.period_code, code_id(key))
    if not isinstance(stream.state, codes.Defined):
        raise NotFound
    return stream.version, stream.state


async def standing_group(store: FactStore, key: str) -> tuple[int, groups.Standing | groups.Retired]:
    """The version and the state of a group; NotFound when there is none."""
    stream = await store.load(groups.subscription_group, group_id(key))
    if isinstance(stream.state, groups.Standing | groups.Retired):
        return stream.version, stream.state
    raise NotFound


async def standing_price(store: FactStore, key: str) -> tuple[int, prices.Standing | prices.Withdrawn]:
    """The version and the state of a price row; NotFound when there is none."""
    stream = await store.load(prices.sales_price, price_id(key))
    if isinstance(stream.state, prices.Standing | prices.Withdrawn):
        return stream.version, stream.state
    raise NotFound


async def parameters(store: FactStore) -> tuple[int, says.SubscriptionParametersSet]:
    """The version and the parameters as they stand; the defaults until they are set."""
    stream = await store.load(subscription_parameters, STREAM)
    return stream.version, stream.state


async def code(store: FactStore, key: str | None) -> Code | None:
    """The period code as others name it, from its own stream, so never late; or None."""
    if key is None:
        return None
    stream = await store.load(codes.period_code, code_id(key))
    return Code(key, stream.state.terms.unit) if isinstance(stream.state, codes.Defined) else None


async def group(store: FactStore, key: str) -> Group | None:
    """The group as subscriptions name it, from its own stream, so never late; or None."""
    stream = await store.load(groups.subscription_group, group_id(key))
    if not isinstance(stream.state, groups.Standing | groups.Retired):
        return None
    terms = stream.state.terms
    return Group(key, terms.invoicing_code, terms.number_sequence, isinstance(stream.state, groups.Standing))


async def period_with(store: FactStore, code_key: str, day: date) -> Span | None:
    """The generated period of a code that has a day, or None."""
    stream = await store.load(codes.period_code, code_id(code_key))
    return stream.state.calendar.containing(day) if isinstance(stream.state, codes.Defined) else None


def split_of(store: FactStore, on: date, heard: Heard) -> Made:
    """The command that splits a period, knowing whether fees have days of it. Source: PER-03."""

    async def make(stream: Stream) -> SplitPeriod:
        await heard()
        state = stream.state
        period = state.calendar.containing(on) if isinstance(state, codes.Defined) else None
        found = await rows(store, fee_of_period(state.terms.code, period)) if period else []
        return SplitPeriod(on, bool(found))

    return Made(make)


def put_of_group(store: FactStore, terms: says.SubscriptionGroupDefined, heard: Heard) -> Made:
    """The command that puts a group, with its codes, the parameters and whether fees were invoiced. Source: SGR."""

    async def make(stream: Stream) -> PutSubscriptionGroup:
        state = stream.state
        if isinstance(state, groups.Standing) and state.terms.invoicing_code != terms.invoicing_code:
            await heard()
        present = (await parameters(store))[1]
        return PutSubscriptionGroup(
            terms=terms,
            invoicing=await code(store, terms.invoicing_code),
            accrual=await code(store, terms.accrual_code),
            week_by_week=present.week_accrues_by_week,
            frequency_locked=present.frequency_locked_after_invoice,
            invoiced=bool(await rows(store, invoiced_fee_of_group(terms.group))),
        )

    return Made(make)


async def put_of_price(store: FactStore, row: says.SubscriptionSalesPriceSet) -> SetSubscriptionSalesPrice:
    """The command that puts a price row, with the records that it names. Source: SPR-01."""
    return SetSubscriptionSalesPrice(
        row=row,
        code=await code(store, row.code),
        project=await lookups.project(store, row.project),
        price_group=await lookups.price_group(store, row.price_group),
        category=await lookups.category(store, row.category),
        subscription=await _subscription(store, row.subscription),
    )


async def _subscription(store: FactStore, subscription_id: str | None) -> Named | None:
    if subscription_id is None:
        return None
    stream = await store.load(subscription, subscription_id)
    return None if isinstance(stream.state, Absent) else Named(subscription_id)
