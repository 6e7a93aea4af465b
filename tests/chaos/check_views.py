"""Views: every version of every row equals the checker's own fold; what was set aside is what was planted."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.chaos.check_log import Problem
from tests.chaos.evidence import Evidence, Fact, Table
from tests.chaos.folds import FOLDS, Fold, Row, Rows, canonical

OPEN = 253402300799_000000
"""Microseconds: `known_to` of the present version."""
Place = tuple[str, tuple[str, ...]]


@dataclass
class Version:
    """One version of a row, from a recorded instant on."""

    known_from: int
    version: int
    position: int
    row: Row


def fold(fold: Fold, facts: Iterable[Fact], poisoned: Mapping[str, int]) -> dict[Place, list[Version]]:
    """All versions of all rows, from nothing. `poisoned` names streams that end before a version."""
    present: dict[str, Rows] = defaultdict(dict)
    versions: dict[Place, list[Version]] = defaultdict(list)
    for fact in facts:
        change = fold.heard.get(fact.name)
        if change is None or fact.version >= poisoned.get(fact.stream, fact.version + 1):
            continue
        for key, row in change(present[fact.stream], fact.says, fact).items():
            present[fact.stream][key] = row
            known = versions[fact.stream, key]
            if known and known[-1].known_from == fact.recorded:
                known.pop()
            known.append(Version(fact.recorded, fact.version, fact.position, row))
    return versions


def check_views(evidence: Evidence) -> Iterator[Problem]:
    """I6 and I7, for every view that the table of folds knows, in the columns that it knows."""
    for (service, name), known in FOLDS.items():
        table = evidence.stores[service].views[name]
        poisoned = _poisoned(evidence, service, known.publisher)
        versions = fold(known, evidence.facts[known.publisher], poisoned)
        names = _compared(table, versions)
        wanted = _as_rows(names, versions)
        found = {_identity(table, row): _shown(names, row) for row in table.rows}
        for place in wanted.keys() | found.keys():
            if wanted.get(place) != found.get(place):
                about = f"{service}.{name} {place}"
                yield "I6", f"{about}: {_difference(names, found.get(place), wanted.get(place))}"


def _compared(table: Table, versions: Mapping[Place, Sequence[Version]]) -> list[str]:
    """The columns that the fold fills; all of them while there is no row."""
    filled = next((known[0].row.keys() for known in versions.values()), None)
    return [name for name in table.values if filled is None or name in filled]


def _as_rows(names: Sequence[str], versions: Mapping[Place, Sequence[Version]]) -> dict[Any, tuple[Any, ...]]:
    rows: dict[Any, tuple[Any, ...]] = {}
    for (stream, key), known in versions.items():
        ends = [*(later.known_from for later in known[1:]), OPEN]
        for one, until in zip(known, ends, strict=True):
            values = [one.row[name] for name in names]
            rows[stream, key, one.known_from] = (*values, str(one.version), str(one.position), until)
    return rows


def _identity(table: Table, row: Mapping[str, Any]) -> Any:
    return row["stream_id"], tuple(row[key] for key in table.keys), row["known_from"]


def _shown(names: Sequence[str], row: Mapping[str, Any]) -> tuple[Any, ...]:
    values = [canonical(row[name]) if name == "lines" else row[name] for name in names]
    return (*values, row["version"], row["position"], row["known_to"])


def _difference(compared: Sequence[str], found: tuple[Any, ...] | None, wanted: tuple[Any, ...] | None) -> str:
    if found is None or wanted is None:
        return f"found {found}, wanted {wanted}"
    names = (*compared, "version", "position", "known_to")
    differ = [
        f"{name} is {has}, wanted {should}"
        for name, has, should in zip(names, found, wanted, strict=True)
        if has != should
    ]
    return "; ".join(differ)


def unfolded(evidence: Evidence) -> list[str]:
    """Views that the table of folds does not know yet: only their versions are checked."""
    every = {(service, name) for service, store in evidence.stores.items() for name in store.views}
    return sorted(f"{service}.{name}" for service, name in every - FOLDS.keys())


def check_versions(evidence: Evidence) -> Iterator[Problem]:
    """I6, for every versioned table: the versions of a row follow each other, and the last one is open."""
    for service, store in evidence.stores.items():
        for name, table in store.views.items():
            rows: dict[Any, list[tuple[int, int]]] = defaultdict(list)
            for row in table.rows:
                rows[_identity(table, row)[:2]].append((row["known_from"], row["known_to"]))
            for place, spans in rows.items():
                spans.sort()
                begins = [*(begin for begin, _ in spans[1:]), OPEN]
                if [end for _, end in spans] != begins:
                    yield "I6", f"{service}.{name} {place}: versions {spans} do not follow each other"


POISON = "order.OrderRevised.v1"
"""The type of the planted bad fact, the second of its stream."""


def _hears(service: str, publisher: str) -> set[str]:
    """What the service's views hear of a publisher."""
    own = [known for (of, _), known in FOLDS.items() if of == service and known.publisher == publisher]
    return {name for known in own for name in known.heard}


def _poisoned(evidence: Evidence, service: str, publisher: str) -> Mapping[str, int]:
    heard = publisher == "order" and POISON in _hears(service, publisher)
    return dict.fromkeys(evidence.poisoned, 2) if heard else {}


def check_parked(evidence: Evidence) -> Iterator[Problem]:
    """I14 and I15: what is set aside is what was planted, with everything behind it in its stream; all of it is."""
    for service, store in evidence.stores.items():
        found = {
            (one.consumer, one.source, one.stream, one.sequence): one.value for one in store.parked if one.sequence
        }
        allowed = dict[Any, bytes]()
        for publisher in evidence.facts:
            poisoned, heard = _poisoned(evidence, service, publisher), _hears(service, publisher)
            allowed |= {
                (f"{service}.views", publisher, fact.stream, fact.version): fact.value
                for fact in evidence.facts[publisher]
                if fact.version >= poisoned.get(fact.stream, fact.version + 1) and fact.name in heard
            }
        for place in found.keys() | allowed.keys():
            if found.get(place) != allowed.get(place) and not (place in found and _may_hear(evidence, service, place)):
                yield "I14", f"{place}: set aside is {found.get(place)!r}, planted was {allowed.get(place)!r}"
        yield from _check_junk(evidence, service)


def _may_hear(evidence: Evidence, service: str, place: tuple[str, str, str, int]) -> bool:
    """Whether a poisoned stream was set aside by a consumer of which the table of folds says nothing."""
    consumer, source, stream, _ = place
    return stream in evidence.poisoned and not (consumer == f"{service}.views" and _hears(service, source))


def _check_junk(evidence: Evidence, service: str) -> Iterator[Problem]:
    store = evidence.stores[service]
    consumers = {(consumer, source) for consumer, source, partition in store.heard if partition >= 0}
    for consumer, source in sorted(consumers):
        found = sorted(
            one.value for one in store.parked if (one.consumer, one.source, one.sequence) == (consumer, source, None)
        )
        sent = sorted(record.value for record in evidence.topics.get(source, ()) if not record.head)
        if found != sent:
            yield "I14", f"{consumer}, {source}: {len(found)} records of junk are set aside, {len(sent)} were sent"
