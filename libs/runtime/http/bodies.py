"""Bodies and queries: models that take nothing but what they name."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from libs.events.types import Instant, refuse
from libs.runtime import clock

AHEAD = timedelta(minutes=5)
LARGEST_PAGE = 1000


def _not_ahead(at: datetime) -> datetime:
    if at > clock.now() + AHEAD:
        raise refuse("clock_skew", "at most five minutes ahead of the service's clock")
    return at


HappenedAt = Annotated[Instant, AfterValidator(_not_ahead)]
"""When something happened: at most five minutes ahead. Source: contracts 5."""


class Body(BaseModel):
    """A part of a body. Types are those of libs.events.types and Literals; arrays are `list`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CommandBody(Body):
    """The body of a command. What it does not name, the service owns."""

    at: HappenedAt | None = None
    """When it happened; now when it is absent."""


def _page_size(value: Any) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= LARGEST_PAGE):
        raise refuse("page_size_range", f"1 to {LARGEST_PAGE}")
    return int(text)


PageSize = Annotated[
    int, PlainValidator(_page_size), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 1000})
]


class Query(BaseModel):
    """The query of a route, declared as `Annotated[MyQuery, fastapi.Query()]`: what it does not name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_NEVER: Mapping[str, tuple[str, str]] = {
    "sort": ("unknown_sort", "this list has one order"),
    "filter": ("filter_unsupported", "a list is filtered by the parameters that it names, never by a pattern"),
}


class PageQuery(Query):
    """The query of a list. A list with an order to choose adds `sort: Annotated[str, sorted_by(...)]`."""

    limit: PageSize = 100
    cursor: str | None = Field(default=None, max_length=2048)

    @model_validator(mode="before")
    @classmethod
    def _never(cls, given: Any) -> Any:
        """What people try on lists has a code of its own where the list does not offer it."""
        for name in _NEVER.keys() - cls.model_fields.keys():
            if name in given:
                raise refuse(*_NEVER[name])
        return given


def sorted_by(*allowed: str) -> AfterValidator:
    """The orders that a list offers. Refused with unknown_sort."""

    def known(value: str) -> str:
        if value not in allowed:
            raise refuse("unknown_sort", f"one of {', '.join(allowed)}")
        return value

    return AfterValidator(known)
