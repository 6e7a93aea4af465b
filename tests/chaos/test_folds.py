"""The checker's folds and the product's views come to the same rows for any history: two who know nothing of each other."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from sqlalchemy import DateTime, Numeric

from examples.invoicing.main import SERVICE as INVOICING
from libs.kernel.view import Row
from libs.runtime.projector import Projection
from libs.runtime.records import heard
from services.agreement.main import SERVICE as AGREEMENT
from services.order.main import SERVICE as ORDER
from services.reference.main import SERVICE as REFERENCE
from services.reporting.main import SERVICE as REPORTING
from services.subscription_billing.main import SERVICE as BILLING
from tests.chaos.evidence import Fact
from tests.chaos.folding import canonical, fold
from tests.chaos.folds import FOLDS
from tests.integration.reporting import billing_histories
from tests.integration.reporting.histories import STEPS, Step, tell
from tests.integration.reporting.told import Told

BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
VIEWS = {
    (service.name, projection.view.name): projection
    for service in (REFERENCE, AGREEMENT, ORDER, REPORTING, INVOICING, BILLING)
    for projection in service.views
}
BOTH = sorted(FOLDS.keys() & VIEWS.keys())


def _seen(projection: Projection, told: Told) -> dict[Any, Any]:
    """The versions of the rows as the product folds them, as text."""
    present = defaultdict[str, dict[Any, Row]](dict)
    versions = defaultdict[Any, dict[int, Any]](dict)
    for source, record, fact in told.records:
        if source != projection.view.publisher or record.envelope is None:
            continue
        stream, about = record.envelope.stream_id, heard(record.envelope)
        for key, row in projection.view.fold(present[stream], fact, about).items():
            present[stream][key] = row
            place = stream, tuple(_instant(part) if isinstance(part, datetime) else str(part) for part in key)
            values = {name: _text(projection, name, value) for name, value in row.items()}
            versions[place][_instant(about.recorded_at)] = (about.sequence, record.envelope.position, values)
    return dict(versions)


def _text(projection: Projection, name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return None if value is None else str(value).lower()
    if isinstance(projection.table.c[name].type, DateTime):
        return _instant(value) if isinstance(value, datetime) else value
    if name == "lines":
        return canonical(value)
    if isinstance(projection.table.c[name].type, Numeric):
        return f"{Decimal(str(value)) + 0:f}"
    return str(value)


def _instant(at: datetime) -> int:
    return (at - BEGAN) // timedelta(microseconds=1)


def _facts(told: Told, publisher: str) -> Iterable[Fact]:
    for source, record, _ in told.records:
        if source == publisher and record.envelope is not None and record.value is not None:
            envelope = record.envelope
            meta = {"occurred_at": envelope.occurred_at.isoformat()}
            identity = (envelope.stream_id, envelope.sequence, envelope.position, envelope.type)
            yield Fact(*identity, record.value, meta, _instant(envelope.recorded_at))


def _checked(projection: Projection, service: str, told: Told) -> dict[Any, Any]:
    """The same, as the checker folds them."""
    known = FOLDS[service, projection.view.name]
    assert known.publisher == projection.view.publisher
    return {
        place: {
            one.known_from: (
                one.version,
                one.position,
                {name: _text(projection, name, value) for name, value in one.row.items()},
            )
            for one in versions
        }
        for place, versions in fold(known, _facts(told, known.publisher), {}).items()
    }


def test_no_fold_is_of_a_view_that_is_not_there() -> None:
    assert set(BOTH) == set(FOLDS)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_both_come_to_the_same_rows(steps: Sequence[Step]) -> None:
    _same(tell(steps))


@settings(max_examples=40, deadline=None)
@given(steps=billing_histories.STEPS)
def test_both_come_to_the_same_rows_of_subscriptions(steps: Sequence[billing_histories.Step]) -> None:
    _same(billing_histories.tell(steps))


def _same(told: Told) -> None:
    for service, name in BOTH:
        projection = VIEWS[service, name]
        assert _checked(projection, service, told) == _seen(projection, told), f"{service}.{name}"


@pytest.mark.parametrize("what", ["add", "post", "adjust", "document", "credit"])
def test_a_history_that_is_cut_short_shows(what: str) -> None:
    """The comparison sees one fact: without it the two would have nothing to disagree about."""
    course = ["add", "add", "post", "document", "adjust", "document", "credit"]
    whole = tell([Step(step, 0, 4, 5, 1) for step in course])
    short = tell([Step(step, 0, 4, 5, 1) for step in course if step != what])
    assert _differ(short, whole)


@pytest.mark.parametrize("what", ["put", "invoice", "accrue", "reverse", "select", "unselect", "credit"])
def test_a_history_of_billing_that_is_cut_short_shows(what: str) -> None:
    course = ["create", "put", "invoice", "accrue", "reverse", "select", "unselect", "select", "credit"]
    whole, short = (
        billing_histories.tell([billing_histories.Step(step, 0, 1, 1) for step in steps])
        for steps in (course, [step for step in course if step != what])
    )
    assert _differ(short, whole)


def _differ(short: Told, whole: Told) -> list[str]:
    return [
        name
        for service, name in BOTH
        if _checked(VIEWS[service, name], service, short) != _seen(VIEWS[service, name], whole)
    ]
