"""What a fold of the checker is, and its words: rows from facts, as the text that PostgreSQL shows."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chaos.evidence import Fact

Key = tuple[Any, ...]
Row = dict[str, Any]
Rows = dict[Key, Row]
Change = Callable[[Rows, Mapping[str, Any], Fact], Rows]
"""What a fact changes of its stream's rows. Values are text, instants are microseconds since 1970; None is null."""
Place = tuple[str, Key]

ONE: Key = ()
BEGAN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Fold:
    """One view: whom it hears, and what each fact changes. A twin keeps the same rows by when things happened."""

    publisher: str
    heard: Mapping[str, Change]
    twin: bool = False


@dataclass
class Version:
    """One version of a row, from a recorded instant on."""

    known_from: int
    version: int
    position: int
    row: Row


def of(publisher: str, changes: Mapping[str, Change]) -> Fold:
    """A fold by the names of facts, without publisher and version."""
    return Fold(publisher, {f"{publisher}.{name}.v1": change for name, change in changes.items()})


_OTHERWISE = {
    "cost_price": "CostPriceSet",
    "sales_price": "SalesPriceSet",
    "item": "ItemPriced",
    "contract": "ProjectContractRecorded",
}
"""Facts of records that are not named after their kind."""


def copied(kind: str, *columns: str) -> Fold:
    """A copy of a kind of reference record."""
    name = "".join(word.capitalize() for word in kind.split("_"))
    fact = _OTHERWISE.get(kind)

    def change(_: Rows, says: Mapping[str, Any], __: Fact) -> Rows:
        return {ONE: {"key": says[kind], **{column: text(says.get(column)) for column in columns}}}

    return of("reference", {fact or f"{name}Recorded": change})


def recorded(kind: str, key: str = "") -> Change:
    """The whole record as it was put last."""

    def change(_: Rows, says: Mapping[str, Any], fact: Fact) -> Rows:
        return {ONE: {"kind": kind, "key": says[key or kind], "body": fact.value.decode()}}

    return change


def with_twin(fold: Fold) -> Fold:
    """The twin of a fold: its rows have the instant as last part of their keys."""
    return replace(fold, twin=True)


def text(value: Any) -> str | None:
    """A value of JSON as PostgreSQL shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def instant(told: str | None) -> int | None:
    """An instant in microseconds since 1970."""
    return None if told is None else (datetime.fromisoformat(told) - BEGAN) // timedelta(microseconds=1)


def canonical(lines: str) -> str:
    """JSON in one spelling, entries without what is null or empty; what is no list of entries stays as it is."""
    told = json.loads(lines)
    if not isinstance(told, list):
        return lines
    entries = [{name: value for name, value in entry.items() if value not in (None, [])} for entry in told]
    return json.dumps(entries, sort_keys=True)


def fold(known: Fold, facts: Iterable[Fact], poisoned: Mapping[str, int]) -> dict[Place, list[Version]]:
    """All versions of all rows, from nothing. `poisoned` names streams that end before a version."""
    present: dict[str, Rows] = defaultdict(dict)
    told: dict[str, list[Fact]] = defaultdict(list)
    versions: dict[Place, list[Version]] = defaultdict(list)
    for fact in facts:
        if fact.name not in known.heard or fact.version >= poisoned.get(fact.stream, fact.version + 1):
            continue
        if known.twin:
            told[fact.stream].append(fact)
            changed = _twin(known, told[fact.stream], present[fact.stream])
        else:
            changed = known.heard[fact.name](present[fact.stream], fact.says, fact)
        for key, row in changed.items():
            present[fact.stream][key] = row
            before = versions[fact.stream, key]
            if before and before[-1].known_from == fact.recorded:
                before.pop()
            before.append(Version(fact.recorded, fact.version, fact.position, row))
    return versions


def _twin(known: Fold, told: list[Fact], twin: Rows) -> Rows:
    """What the last fact changes: the rows from its instant on, each folded again from all that had happened by then."""
    happened = [(instant(fact.meta["occurred_at"]) or 0, fact) for fact in told]
    since = happened[-1][0]
    later = sorted({key[-1] for key in twin if key[-1] > since})
    changed: Rows = {}
    for until in (since, *later):
        rows: Rows = {}
        last: Rows = {}
        for at, fact in happened:
            if at <= until:
                last = known.heard[fact.name](rows, fact.says, fact)
                rows |= last
        changed |= {(*key, until): row for key, row in last.items() if until == since or (*key, until) in twin}
    return changed
