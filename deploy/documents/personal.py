"""Which fields of a fact hold personal data or free notes, and which models a fact is made of."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from libs.events.types import PersonalData


def is_personal(field: FieldInfo) -> bool:
    """Whether the field, or one of its alternatives or items, carries the marker."""
    return any(isinstance(part, PersonalData) for part in (*field.metadata, *_parts(field.annotation)))


def models_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model and every model below it, each once."""
    found = {model: None}
    for field in model.model_fields.values():
        for part in _parts(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                found |= dict.fromkeys(models_of(part))
    yield from found


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)
