"""A field whose name speaks of a person carries the marker, or stands here with the reason why it need not."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
from pydantic import BaseModel

from deploy.documents.personal import is_personal, models_of
from libs.events.fact import Fact
from libs.events.registry import REGISTRY
from libs.events.types import Name, Note, PersonalName, PersonalNote

WATCHED = re.compile(r"name|phone|mobile|mail|address|street|note|description|reason|contact|comment|birth|signature")

NOT_PERSONAL = {
    "ProjectRecorded.name": "what a project is called",
    "CategoryRecorded.name": "what a category is called",
    "LinePropertyRecorded.name": "what a line property is called",
    "CompanyRecorded.name": "what the company is called",
    "ProjectContractRecorded.name": "what a contract is called",
    "ProjectGroupRecorded.name": "what a project group is called",
    "CategoryGroupRecorded.name": "what a category group is called",
    "PriceGroupRecorded.name": "what a price group is called",
    "TaxCodeRecorded.name": "what a tax is called",
    "TaxGroupRecorded.name": "what a tax group is called",
    "ItemTaxGroupRecorded.name": "what an item tax group is called",
    "ItemPriced.name": "what an item is called",
    "OrderLinePostingFailed.reason": "the code of a rule",
    "OrderSlaPaused.reason": "a reason code",
    "OrderSlaStopped.reason": "a reason code",
    "OrderSlaCanceled.reason": "a reason code",
    "OrderParametersSet.reason_on_cancel": "a flag",
    "OrderParametersSet.reason_on_exceeding": "a flag",
    "Stage.description": "what a stage is called",
    "Stage.requires_reason": "a flag",
    "StageReasonRecorded.description": "what a reason code says",
    "SlaPolicyDefined.name": "what a policy is called",
    "SlaPolicyRevised.name": "what a policy is called",
    "AgreementGroupRecorded.description": "what a group is called",
    "PeriodCodeDefined.name": "what a period code is called",
    "SubscriptionGroupDefined.name": "what a group is called",
    "SubscriptionGroupRevised.name": "what a group is called",
    "SubscriptionParked.reason": "the code of a rule",
    "RunException.reason": "the code of a rule",
    "SkipCount.reason": "the code of a rule",
    "ScheduledRunRefused.reason": "the code of a rule",
    "ScheduleLinesDropped.credit_note": "the id of a document",
}


def watched(facts: Iterable[type[BaseModel]]) -> dict[str, bool]:
    """Every watched field of the facts and of what they hold, as Model.field, and whether it carries the marker."""
    models = dict.fromkeys(model for fact in facts for model in models_of(fact))
    return {
        f"{model.__name__}.{name}": is_personal(field)
        for model in models
        for name, field in model.model_fields.items()
        if WATCHED.search(name)
    }


def test_every_watched_field_is_marked_or_excused() -> None:
    assert {name for name, marked in watched(REGISTRY).items() if not marked} == set(NOT_PERSONAL)


def test_free_text_below_a_fact_is_reached_too() -> None:
    assert watched(REGISTRY)["PostedLine.description"] is True
    assert watched(REGISTRY)["InvoicedLine.description"] is True


class Place(BaseModel):
    street_address: Name


@pytest.mark.parametrize(
    ("field", "annotation", "marked"),
    [
        ("contact", Name, False),
        ("contact", PersonalName, True),
        ("email", Name | None, False),
        ("reason", PersonalNote | None, True),
        ("notes", tuple[Note, ...], False),
        ("notes", tuple[PersonalNote, ...], True),
        ("name_by_key", dict[str, PersonalName], True),
    ],
)
def test_an_unmarked_field_is_found(field: str, annotation: Any, marked: bool) -> None:
    seeded = type("Seeded", (Fact,), {"__annotations__": {field: annotation}})
    assert watched([seeded]) == {f"Seeded.{field}": marked}


def test_an_unmarked_field_deep_below_is_found() -> None:
    class Visit(BaseModel):
        places: tuple[Place, ...] | None

    class Visited(Fact):
        visit: dict[str, Visit]

    assert watched([Visited]) == {"Place.street_address": False}
