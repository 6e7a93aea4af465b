"""Clocks of service levels, by the checker's own arithmetic: every figure that was told, every verdict, each told once.

The policy of a run is measured by a calendar that is always open, so that open time is time.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.check_log import Problem
from tests.chaos.evidence import Evidence, Fact
from tests.chaos.folding import instant

SECOND = 1_000_000
LATE_SECONDS = 5
"""A verdict that time alone makes true is told by then."""
RUNS, STANDS = ("Started", "Resumed", "Reopened"), ("Paused", "Stopped", "Canceled")
ENDS = ("Stopped", "Canceled")
CALENDAR = "reference.CalendarRecorded.v1"


@dataclass
class Clock:
    """One clock of one order. `marks` are instant, place in the stream and kind of what happened to it."""

    name: str
    budget: int
    points: list[int]
    """Seconds of elapsed time at which it is at risk."""
    calendar: str | None
    versions: list[int]
    marks: list[tuple[int, int, str]] = field(default_factory=list)
    told: dict[str, list[tuple[int, int, int]]] = field(default_factory=lambda: defaultdict(list))
    """By kind and cycle: instant, and elapsed seconds then; for at-risk also the point."""
    verdict: str = "running"
    cycle: int = 0
    """How often it was reopened, or a verdict of it corrected: after that the same word may be told again."""

    def spans(self, until: int) -> Iterator[tuple[int, int]]:
        """When it ran, up to an instant."""
        since: int | None = None
        for at, _, kind in sorted(self.marks):
            if at > until:
                break
            if kind in RUNS and since is None:
                since = at
            elif kind in STANDS and since is not None:
                yield since, at
                since = None
        if since is not None:
            yield since, until

    def elapsed(self, until: int) -> int:
        """Seconds that it ran, up to an instant."""
        return sum(end - begin for begin, end in self.spans(until)) // SECOND

    @property
    def last(self) -> str:
        """The last thing that happened to it."""
        return max(self.marks)[2] if self.marks else ""


def clocks_of(facts: list[Fact]) -> Iterator[tuple[Clock | None, Problem | None]]:
    """The clocks of one order's stream, and what was told of them wrongly on the way."""
    clocks: dict[str, Clock] = {}
    for fact in facts:
        kind = fact.name.split(".")[1].removeprefix("OrderSla")
        if kind == "Attached":
            clocks |= {clock["clock"]: _begun(fact.says, clock) for clock in fact.says["clocks"]}
        elif "OrderSla" in fact.name:
            clock = clocks[fact.says["clock"]]
            yield from ((None, problem) for problem in _hear(clock, kind, fact))
    yield from ((clock, None) for clock in clocks.values())


def _begun(says: Mapping[str, Any], clock: Mapping[str, Any]) -> Clock:
    budget = _seconds(clock["budget"])
    points = [
        budget * int(point["percent"]) // 100 if point.get("percent") else budget - _seconds(point["before"])
        for point in clock.get("at_risk", ())
    ]
    versions = list(says.get("calendar_versions", ()))
    return Clock(clock["clock"], budget, points, says.get("calendar"), versions)


def _seconds(span: str) -> int:
    """Of PT4S."""
    return int(span.removeprefix("PT").removesuffix("S"))


def _hear(clock: Clock, kind: str, fact: Fact) -> Iterator[Problem]:
    """Takes in one fact, and says what is wrong with it."""
    says, at = fact.says, instant(fact.says["at"]) or 0
    about = f"{fact.stream}:{fact.version}, {clock.name}, {kind}"
    if kind in (*RUNS, *STANDS):
        clock.marks.append((at, fact.version, kind))
    if kind == "CalendarChanged":
        clock.versions = says["calendar_versions"]
    elapsed = clock.elapsed(at)
    if says["elapsed_seconds"] != elapsed:
        yield "I40", f"{about}: {says['elapsed_seconds']} s were told, {elapsed} s elapsed"
    if wrong := _at_the_wrong_instant(clock, kind, elapsed):
        yield "I41", f"{about}: {wrong}"
    if kind in ("Missed", "Met", "AtRisk"):
        place = f"{kind} {says.get('point')}"
        if any(cycle == clock.cycle for cycle, _, _ in clock.told[place]):
            yield "I41", f"{about}: told twice in one cycle"
        clock.told[place].append((clock.cycle, at, elapsed))
    clock.cycle += kind in ("Reopened", "Corrected")
    clock.verdict = _verdict(clock.verdict, kind, says)


def _at_the_wrong_instant(clock: Clock, kind: str, elapsed: int) -> str:
    if kind == "Missed" and elapsed != clock.budget:
        return f"told for an instant at which {elapsed} s of {clock.budget} had elapsed"
    if kind == "AtRisk" and elapsed not in clock.points:
        return f"told for an instant at which {elapsed} s had elapsed, which is none of {clock.points}"
    return ""


def _verdict(before: str, kind: str, says: Mapping[str, Any]) -> str:
    """The last word."""
    match kind, before:
        case "Corrected", _:
            return str(says["now"])
        case (("Missed" | "Met"), _):
            return kind.lower()
        case "Reopened", "met":
            return "running"
        case "Canceled", "running":
            return "canceled"
        case _:
            return before


def check_clocks(evidence: Evidence) -> Iterator[Problem]:
    """I40: what elapsed was told to the second. I41: each verdict is the right one, was told in time, and once."""
    streams: dict[str, list[Fact]] = defaultdict(list)
    for fact in evidence.facts["order"]:
        if fact.stream not in evidence.poisoned:
            streams[fact.stream].append(fact)
    versions = _calendars(evidence)
    wanted: dict[tuple[str, str], str] = {}
    for stream, facts in streams.items():
        for clock, problem in clocks_of(facts):
            if problem is not None:
                yield problem
            elif clock is not None:
                wanted[stream, clock.name] = clock.verdict
                yield from _judge(stream, clock, evidence.stores["order"].read_at, versions)
    yield from _shown(evidence, wanted)


def _judge(stream: str, clock: Clock, now: int, versions: Mapping[str, int]) -> Iterator[Problem]:
    """What stands at the end: the verdict of a clock that is over, and what time alone has made true of one that runs."""
    about = f"{stream}, {clock.name}"
    used = clock.elapsed(now)
    if clock.last == "Stopped" and clock.verdict != ("missed" if used > clock.budget else "met"):
        yield "I41", f"{about}: {used} s of {clock.budget} were used, and it is {clock.verdict}"
    if clock.last in ENDS:
        return
    before = clock.elapsed(now - LATE_SECONDS * SECOND)
    if before > clock.budget and clock.verdict != "missed":
        yield "I41", f"{about}: {before} s of {clock.budget} were used long ago, and it is {clock.verdict}"
    told = {elapsed for place, entries in clock.told.items() if place.startswith("AtRisk") for _, _, elapsed in entries}
    yield from (
        ("I41", f"{about}: at risk since {point} s, and it was not told")
        for point in clock.points
        if before > point and point not in told
    )
    if clock.calendar is not None and len(clock.versions) != versions.get(clock.calendar, 0):
        yield (
            "I41",
            f"{about}: measured by {len(clock.versions)} versions of its calendar, of {versions.get(clock.calendar, 0)}",
        )


def _calendars(evidence: Evidence) -> Mapping[str, int]:
    """How many versions of each calendar there are."""
    counts: dict[str, int] = defaultdict(int)
    for fact in evidence.facts["reference"]:
        if fact.name == CALENDAR:
            counts[fact.says["calendar"]] += 1
    return counts


def _shown(evidence: Evidence, wanted: Mapping[tuple[str, str], str]) -> Iterator[Problem]:
    """I41: reports show one row for a clock, with its verdict, and a miss with its instant."""
    open_until = 253402300799_000000
    rows = [row for row in evidence.stores["reporting"].views["sla_clock"].rows if row["known_to"] == open_until]
    found = {(row["stream_id"], row["clock"]): row["verdict"] for row in rows}
    if len(found) != len(rows):
        yield "I41", f"{len(rows)} rows are shown of {len(found)} clocks"
    for place in wanted.keys() | found.keys():
        if wanted.get(place) != found.get(place):
            yield "I41", f"{place}: {found.get(place)} is shown, it is {wanted.get(place)}"
    for row in rows:
        if row["verdict"] == "missed" and row["verdict_at"] is None:
            yield "I41", f"{row['stream_id']}, {row['clock']}: missed, and nobody knows when"
