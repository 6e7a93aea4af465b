"""How a state becomes bytes and the same state again: by its type, and by nothing that the bytes could say."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Form:
    """One type's form in JSON. `shape` describes it: two types of one shape write and read alike. `kinds` are the
    classes that its values have, exactly."""

    shape: str
    kinds: frozenset[type]
    put: Callable[[Any], Any]
    get: Callable[[Any], Any]

    def write(self, value: Any) -> Any:
        """The value in JSON; TypeError when it is not what its type says."""
        if type(value) not in self.kinds:
            raise TypeError(f"{type(value).__name__} stands where {self.shape} is said")
        return self.put(value)

    def to_bytes(self, value: Any) -> bytes:
        """The value's bytes. ValueError when they would not give it back."""
        written = json.dumps(self.write(value), separators=(",", ":")).encode()
        if self.from_bytes(written) != value:
            raise ValueError(f"a state of the shape {self.shape} does not come back as it was")
        return written

    def from_bytes(self, written: bytes) -> Any:
        """The value that `to_bytes` wrote."""
        return self.get(json.loads(written))


def form_of(kind: Any) -> Form:
    """The form of a type: frozen dataclasses of exact values, tuples, frozen sets, mappings, literals, enums, and unions
    of these that can be told apart by class. TypeError for anything else."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Form(_enumerated(kind), frozenset({kind}), lambda value: value.name, lambda name: kind[name])
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind)
    make = _GENERIC.get(get_origin(kind))
    if make is None:
        raise TypeError(f"{kind} has no form in a snapshot")
    return make(get_args(kind))


def _same(value: Any) -> Any:
    return value


def _instant(value: datetime) -> str:
    """A zone's rules are not written, so an instant must not need them."""
    if value.tzinfo is None or isinstance(value.tzinfo, ZoneInfo):
        raise TypeError("an instant in a state has an offset and no zone")
    return value.isoformat()


def _plain(kind: type, put: Callable[[Any], Any] = _same, get: Callable[[Any], Any] = _same) -> Form:
    return Form(kind.__name__, frozenset({kind}), put, get)


_PLAIN: Mapping[Any, Form] = {
    NoneType: _plain(NoneType),
    bool: _plain(bool),
    int: _plain(int),
    str: _plain(str),
    Decimal: _plain(Decimal, str, Decimal),
    UUID: _plain(UUID, str, UUID),
    date: _plain(date, date.isoformat, date.fromisoformat),
    time: _plain(time, time.isoformat, time.fromisoformat),
    datetime: _plain(datetime, _instant, datetime.fromisoformat),
    timedelta: _plain(
        timedelta, lambda value: [value.days, value.seconds, value.microseconds], lambda parts: timedelta(*parts)
    ),
}


def _enumerated(kind: type[Enum]) -> str:
    return f"{kind.__name__}<{','.join(kind.__members__)}>"


def _record(kind: type) -> Form:
    hints = get_type_hints(kind)
    parts = {each.name: form_of(hints[each.name]) for each in fields(kind) if each.init}
    if len(parts) != len(fields(kind)):
        raise TypeError(f"{kind.__name__} computes a part of itself, which has no form in a snapshot")

    def put(value: Any) -> list[Any]:
        return [part.write(getattr(value, name)) for name, part in parts.items()]

    def get(written: list[Any]) -> Any:
        return kind(**{name: part.get(one) for (name, part), one in zip(parts.items(), written, strict=True)})

    shape = ",".join(f"{name}:{part.shape}" for name, part in parts.items())
    return Form(f"{kind.__name__}{{{shape}}}", frozenset({kind}), put, get)


def _literal(options: tuple[Any, ...]) -> Form:
    shape = f"literal<{','.join(map(repr, options))}>"

    def put(value: Any) -> Any:
        if value not in options:
            raise TypeError(f"{value!r} stands where {shape} is said")
        return value

    return Form(shape, frozenset(type(option) for option in options), put, _same)


def _tuple(parts: tuple[Any, ...]) -> Form:
    if parts[1:] == (...,):
        each = form_of(parts[0])
        put, get = _each(each)
        return Form(f"tuple<{each.shape}...>", frozenset({tuple}), put, lambda written: tuple(get(written)))
    forms = [form_of(part) for part in parts]
    return Form(
        f"tuple<{','.join(form.shape for form in forms)}>",
        frozenset({tuple}),
        lambda value: [form.write(one) for form, one in zip(forms, value, strict=True)],
        lambda written: tuple(form.get(one) for form, one in zip(forms, written, strict=True)),
    )


def _frozenset(parts: tuple[Any, ...]) -> Form:
    each = form_of(parts[0])
    put, get = _each(each)
    return Form(
        f"frozenset<{each.shape}>",
        frozenset({frozenset}),
        lambda value: sorted(put(value), key=json.dumps),
        lambda written: frozenset(get(written)),
    )


def _mapping(parts: tuple[Any, ...]) -> Form:
    key, value = map(form_of, parts)
    return Form(
        f"mapping<{key.shape},{value.shape}>",
        frozenset({dict}),
        lambda pairs: [[key.write(name), value.write(one)] for name, one in pairs.items()],
        lambda pairs: {key.get(name): value.get(one) for name, one in pairs},
    )


def _each(form: Form) -> tuple[Callable[[Any], list[Any]], Callable[[Any], list[Any]]]:
    return lambda values: [form.write(one) for one in values], lambda written: [form.get(one) for one in written]


def _union(parts: tuple[Any, ...]) -> Form:
    forms = [form_of(part) for part in parts]
    number = {kind: place for place, form in enumerate(forms) for kind in form.kinds}
    if len(number) != sum(len(form.kinds) for form in forms):
        raise TypeError(f"{' | '.join(form.shape for form in forms)} cannot be told apart")

    def put(value: Any) -> list[Any]:
        return [number[type(value)], forms[number[type(value)]].write(value)]

    return Form(
        "|".join(form.shape for form in forms), frozenset(number), put, lambda pair: forms[pair[0]].get(pair[1])
    )


_GENERIC: Mapping[Any, Callable[[tuple[Any, ...]], Form]] = {
    Literal: _literal,
    tuple: _tuple,
    frozenset: _frozenset,
    dict: _mapping,
    Mapping: _mapping,
    Union: _union,
    UnionType: _union,
}
