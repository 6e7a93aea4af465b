"""Views: every version of every row equals the checker's own fold; what was set aside is what was planted."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tests.chaos.check_log import Problem
from tests.chaos.evidence import Evidence, Table
from tests.chaos.folding import Place, Version, canonical, fold
from tests.chaos.folds import FOLDS

OPEN = 253402300799_000000
"""Microseconds: `known_to` of the present version."""


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


def by_rebuild(evidence: Evidence) -> list[str]:
    """What no fold of the checker's compares: views, or columns of views. It is compared with a rebuild only."""
    found = []
    for service, store in evidence.stores.items():
        for name, table in store.views.items():
            if (service, name) not in FOLDS:
                found.append(f"{service}.{name}")
            elif rest := set(table.values) - set(_folded(evidence, service, name, table)):
                found.append(f"{service}.{name}: {', '.join(sorted(rest))}")
    return sorted(found)


def _folded(evidence: Evidence, service: str, name: str, table: Table) -> list[str]:
    known = FOLDS[service, name]
    return _compared(table, fold(known, evidence.facts[known.publisher], _poisoned(evidence, service, known.publisher)))


_REBUILT = re.compile(r"^  (\w+): \d+ rows, (\d+) lacking, (\d+) added, (\d+) changed$", re.MULTILINE)


def check_rebuilt(evidence: Evidence) -> Iterator[Problem]:
    """I7: views that the product folds again, from the first fact, are those that it shows.

    Junk that was set aside before a topic was lost is not there to be set aside again.
    """
    for service, said in evidence.rebuilt.items():
        found = _REBUILT.findall(said)
        if not found:
            yield "I7", f"{service}: nothing was rebuilt: {said[-300:]}"
        for name, lacking, added, changed in found:
            missing = "0" if name == "parked" and evidence.wiped else lacking
            if (missing, added, changed) != ("0", "0", "0"):
                yield "I7", f"{service}.{name}: {lacking} lacking, {added} added, {changed} changed in a rebuild"


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
        known = sorted(evidence.junk)
        if found != sent and not (source in evidence.wiped and _within(sent, found) and _within(found, known)):
            yield "I14", f"{consumer}, {source}: {len(found)} records of junk are set aside, {len(sent)} were sent"


def _within(some: Iterable[bytes], others: Iterable[bytes]) -> bool:
    return not Counter(some) - Counter(others)
