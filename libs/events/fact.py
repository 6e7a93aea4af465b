"""The base of every fact: a frozen model whose class is its name."""

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Something that happened. Unknown fields are ignored, so that a later optional field breaks no reader.

    A publisher's base names itself: `class OrderFact(Fact, publisher="order")`; every class below it is a fact with
    the wire name `<publisher>.<Class>.v<major>`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_timedelta="iso8601")

    publisher: ClassVar[str] = ""
    major: ClassVar[int] = 1
    internal: ClassVar[bool] = False

    def __init_subclass__(cls, publisher: str = "", major: int = 1, internal: bool = False) -> None:
        super().__init_subclass__()
        cls.publisher = publisher or cls.publisher
        cls.major, cls.internal = major, internal

    @classmethod
    def wire(cls) -> str:
        """The wire name: order.OrderPosted.v1."""
        return f"{cls.publisher}.{cls.__name__}.v{cls.major}"

    def to_bytes(self) -> bytes:
        """The JSON bytes, as they are stored and published. Absent options are left out."""
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        """The fact that `value` holds; pydantic's ValidationError when it does not decode."""
        return cls.model_validate_json(value)
