"""Subscriptions and schedules as they are stored, in any number, and the records that billing goes by."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from libs.events import reference
from libs.events import reference_money as money
from libs.events import subscription_billing as billing
from libs.events import subscription_billing_accruals as earns
from libs.events import subscription_billing_subscriptions as subscriptions
from libs.events.fact import Fact
from libs.kernel.ids import natural_id
from libs.kernel.money import Money
from libs.rules.billing import PeriodCode, Span
from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projector
from libs.runtime.recorder import Append, StoredFact
from libs.runtime.records import OWN_LOG, from_log
from libs.runtime.service import Service
from libs.runtime.store import FactStore

PRICE = Money(31_000, "EUR")
YEAR = Span(date(2026, 1, 1), date(2027, 1, 1))
_BATCH = 500
_META = {
    "occurred_at": datetime(2026, 1, 1, 9, tzinfo=UTC).isoformat(),
    "correlation_id": "benchmark",
    "causation_id": "",
    "actor": "benchmark",
}
RECORDS: tuple[Fact, ...] = (
    money.CompanyRecorded(company="main", name="Fieldfact", accounting_currency="EUR", time_zone="Europe/Brussels"),
    money.ProjectContractRecorded(contract="CT-1", name="Care", currency="EUR", funding={"C-1": Decimal(100)}),
    reference.ProjectRecorded(
        project="P-1",
        name="Care",
        type="time_and_material",
        customer="C-1",
        currency="EUR",
        contract="CT-1",
        line_property="CHARGE",
    ),
    reference.CategoryRecorded(category="SUBFEE", name="Subscription", type="fee"),
    reference.LinePropertyRecorded(line_property="CHARGE", name="Charged", chargeable=True),
)


def stored(stream_id: str, *facts: Fact) -> list[StoredFact]:
    """The facts of a stream from its first on."""
    return [
        StoredFact(UUID(stream_id), version, fact.wire(), fact.to_bytes(), _META)
        for version, fact in enumerate(facts, 1)
    ]


def setup() -> list[StoredFact]:
    """The code of months, its periods, and the group of all subscriptions."""
    code = billing.PeriodCodeDefined(code="MONTH", name="Months", unit="month", every=1, alignment="calendar")
    periods = billing.PeriodsGenerated(code="MONTH", periods=PeriodCode("month").covering(YEAR))
    group = billing.SubscriptionGroupDefined(
        group="CARE", name="Care", invoicing_code="MONTH", accrue_revenue=True, accrual_code="MONTH"
    )
    return [
        *stored(natural_id("period_code", "MONTH"), code, periods),
        *stored(natural_id("subscription_group", "CARE"), group),
    ]


def subscription(number: int) -> list[StoredFact]:
    """An active subscription."""
    opened = subscriptions.SubscriptionOpened(
        number=f"SUB-{number:07d}",
        name="Maintenance",
        group="CARE",
        project="P-1",
        customer="C-1",
        category="SUBFEE",
        currency="EUR",
        base_price=PRICE,
        index=Decimal("100.0000"),
    )
    return stored(natural_id("subscription", opened.number), opened, subscriptions.SubscriptionActivated())


def schedule(number: int) -> list[StoredFact]:
    """The schedule of a month that was invoiced."""
    january = Span(date(2026, 1, 1), date(2026, 2, 1))
    document, fee = natural_id("invoice", str(number)), natural_id("fee", str(number))
    built = earns.ScheduleBuilt(
        document=document,
        number=f"INV-2026-{number:06d}",
        document_line=1,
        fee=fee,
        share=1,
        kind="regular",
        subscription=natural_id("subscription", f"SUB-{number:07d}"),
        subscription_number=f"SUB-{number:07d}",
        group="CARE",
        project="P-1",
        category="SUBFEE",
        customer="C-1",
        issued_on=january.first,
        days=january,
        code="MONTH",
        basis="equal",
        rounding="last",
        rate=Decimal(1),
        net=PRICE,
        amount=PRICE,
        wip_account="490000",
        revenue_account="701000",
        lines=(earns.ScheduleLine(line=1, days=january, amount=PRICE),),
    )
    return stored(natural_id("recognition_schedule", document, 1), built)


async def append(store: FactStore, streams: Iterable[Sequence[StoredFact]]) -> None:
    """Appends whole streams, many at a time."""
    for batch in _batches(streams):
        await store.recorder.append(Append([fact for stream in batch for fact in stream]))


async def hear(service: Service, url: str, source: FactStore, publisher: str) -> None:
    """Lets the views of a service see everything that a store holds."""
    views = [projection for projection in service.views if projection.view.publisher == publisher]
    hearing = Hearing(url, f"{service.name}.views", publisher, Projector(views))
    await hearing.open()
    try:
        await hearing.assign([OWN_LOG])
        while facts := await source.recorder.read_log(hearing.marks[OWN_LOG].position, 1000):
            await hearing.handle([from_log(fact, publisher) for fact in facts])
    finally:
        await hearing.close()


def _batches(streams: Iterable[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for stream in streams:
        batch.append(stream)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
