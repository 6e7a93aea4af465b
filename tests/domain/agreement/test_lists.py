"""What the lists show of policies, groups and agreements: AGR-13, and the shape of the rows."""

from datetime import date
from typing import Any

import pytest

from libs.events import agreement as says
from libs.events import reference
from libs.events.fact import Fact
from libs.kernel.view import Heard, Rows, View
from libs.runtime.clock import now
from libs.runtime.projector import Projection
from services.agreement.projections import VIEWS
from services.agreement.projections.agreement_list import agreements, terms
from services.agreement.projections.record_list import records
from tests.domain.agreement.facts import (
    ACTIVATED,
    FILTERS,
    JANUARY,
    JULY,
    LAST,
    MARCH,
    RESUMED,
    added,
    amended,
    created,
    removed,
    renewed,
    revised,
    suspended,
    terminated,
)
from tests.domain.agreement.stories import STORIES, recorded
from tests.domain.agreement.test_agreement_group import GOLD
from tests.domain.agreement.test_sla_policy import defined
from tests.domain.agreement.test_sla_policy import revised as policy_revised

STREAM = "5f0c2c9e-0001-5000-8000-000000000001"


def folded(view: View, *facts: Fact) -> dict[tuple[Any, ...], Any]:
    """The rows of one stream after its facts."""
    rows: Rows = {}
    for sequence, fact in enumerate(facts, 1):
        rows = {**rows, **view.fold(rows, fact, Heard(STREAM, sequence, now(), now()))}
    return dict(rows)


def listed(*facts: Fact) -> dict[str, Any]:
    """The one row of an agreement."""
    return dict(folded(agreements.view, created(), *facts)[()])


def standing(*facts: Fact) -> tuple[str, bool, date | None]:
    row = listed(*facts)
    return row["state"], row["takes_orders"], row["ends_on"]


def test_the_list_says_how_an_agreement_stands() -> None:
    assert standing() == ("draft", False, LAST)
    assert standing(ACTIVATED) == ("active", True, LAST)
    assert standing(ACTIVATED, suspended()) == ("suspended", False, LAST)
    assert standing(ACTIVATED, suspended(), RESUMED) == ("active", True, LAST)
    assert standing(ACTIVATED, renewed(LAST, date(2027, 1, 1))) == ("active", True, date(2027, 1, 1))


def test_a_terminated_agreement_takes_orders_until_its_last_day_unless_it_was_suspended() -> None:
    assert standing(ACTIVATED, terminated(JULY)) == ("terminated", True, JULY)
    assert standing(ACTIVATED, suspended(), terminated(JULY)) == ("terminated", False, JULY)


def test_the_list_knows_the_workers_of_lines() -> None:
    def workers(*facts: Fact) -> str:
        return str(listed(*facts)["line_workers"])

    two = (added(1, worker="W-1"), added(11, worker="W-2"), added(3, FILTERS))
    assert workers() == " "
    assert workers(*two) == " 1:W-1 11:W-2 "
    assert workers(*two, revised(1, worker="W-3")) == " 11:W-2 1:W-3 "
    assert workers(*two, revised(1)) == " 11:W-2 "
    assert workers(*two, removed(11)) == " 1:W-1 "
    assert workers(*two, removed(11), removed(1)) == " "


def test_the_list_has_the_header_as_it_was_revised() -> None:
    row = listed(says.AgreementRevised(responsible="W-2", preferred_technician="W-1"))
    assert (row["responsible"], row["preferred_technician"], row["number"]) == ("W-2", "W-1", "AG-000001")


def test_the_last_word_for_a_day_is_the_only_row_of_that_day() -> None:
    facts = (amended(1, JULY, "SWEDEN"), amended(2, MARCH, "DENMARK"), amended(3, JULY, "NORWAY"))
    rows = folded(terms.view, created(), *facts)
    assert {key: row["group"] for key, row in rows.items()} == {
        (JANUARY,): "BRONZE",
        (MARCH,): "DENMARK",
        (JULY,): "NORWAY",
    }


def test_the_list_of_policies_has_the_last_version() -> None:
    (row,) = folded(records.view, defined(), policy_revised(2, name="Gold plus")).values()
    assert (row["kind"], row["key"]) == ("sla_policy", "GOLD")
    assert says.SlaPolicyRevised.from_bytes(row["body"].encode()) == policy_revised(2, name="Gold plus")
    (row,) = folded(records.view, GOLD).values()
    assert (row["kind"], row["key"]) == ("agreement_group", "DENMARK")


TOLD: dict[str, list[Fact]] = {
    "agreement": list(recorded(STORIES["much happens"])),
    "record": [defined()],
    "customer": [reference.CustomerRecorded(customer="C", name="Brewery")],
    "worker": [reference.WorkerRecorded(worker="W", name="Ada")],
    "project": [reference.ProjectRecorded(project="P", name="P", type="cost", currency="EUR")],
    "category": [reference.CategoryRecorded(category="L", name="L", type="hour")],
    "line_property": [reference.LinePropertyRecorded(line_property="W", name="W", chargeable=True)],
    "item": [
        reference.ItemPriced.model_validate(
            {"item": "I", "name": "I", "unit": "pcs", "effective_on": "2026-01-01", "currency": "EUR"}
            | {"cost_price": "1", "sales_price": "2"}
        )
    ],
    "calendar": [
        reference.CalendarRecorded.model_validate(
            {"calendar": "BE", "time_zone": "Europe/Brussels", "valid_from": "2026-01-01"}
            | {"weekly": {"mon": [["08:00", "12:00"]]}}
        )
    ],
}


@pytest.mark.parametrize("projection", VIEWS, ids=lambda projection: projection.view.name)
def test_a_view_fills_every_column_of_its_table(projection: Projection) -> None:
    rows = folded(projection.view, *TOLD.get(projection.view.name, TOLD["agreement"]))
    assert rows
    for key, row in rows.items():
        assert len(key) == len(projection.table.info["key"])
        assert set(row) == set(projection.table.info["values"])


@pytest.mark.parametrize("projection", VIEWS, ids=lambda projection: projection.view.name)
def test_each_view_hears_one_publisher(projection: Projection) -> None:
    assert {fact.publisher for fact in projection.view.folds} == {projection.view.publisher}  # type: ignore[attr-defined]
