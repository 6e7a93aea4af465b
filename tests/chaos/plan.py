"""What a run does to the system and asks of it, drawn from a seed alone: pure, printable, the same again for the same seed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from random import Random
from typing import Any

WEIGHTS: Mapping[str, int] = {"api": 5, "relay": 6, "hear": 2, "issuer": 1}
"""How often a process of a role is chosen. A killed reader costs its group the session time-out, so seldom."""

HIT_AT_MOST = 3
PAUSES = (1, 1, 2, 3, 5, 8, 12)
"""Seconds; a leader's session ends after ten."""


@dataclass(frozen=True)
class Step:
    """A fault: `at` seconds after the load begins, `amount` in the fault's own unit (seconds, facts, bytes, backends)."""

    at: float
    fault: str
    target: str = ""
    amount: int = 0
    point: str = ""
    """The named point at which the next life of a killed process ends; `amount` is then the hit that ends it."""

    def __str__(self) -> str:
        return " ".join(f"{value}" for value in asdict(self).values() if value != "")


@dataclass(frozen=True)
class Cast:
    """Whom faults may meet: processes by name (`order.relay.2`), publishers, links, policies, and points by role."""

    processes: Sequence[str]
    publishers: Sequence[str]
    links: Sequence[str]
    policies: Sequence[str]
    points: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Sizes:
    """How often each fault comes, in times a minute; `kills` are drawn over all processes, by weight."""

    kills: float = 160
    rates: Mapping[str, float] = field(
        default_factory=lambda: {
            "pause": 6,
            "crash_database": 1.1,
            "end_backends": 8,
            "crash_broker": 0.35,
            "wipe_topic": 0.1,
            "cut": 6,
            "delay": 6,
            "reset": 8,
            "hold_commit": 20,
            "set_back": 20,
            "forget": 1,
            "poison": 2,
            "junk": 2,
        }
    )
    weights: Mapping[str, int] = field(default_factory=lambda: WEIGHTS)
    """By kind (`order.api`) or by role (`api`)."""
    others: int = 1
    """The weight of whoever is not named."""
    at_points: float = 0.3
    """The share of kills after which the next life ends at a named point."""


def role_of(process: str) -> str:
    """`relay` of `order.relay.2`."""
    return process.split(".")[1] if "." in process else process


def kind_of(process: str) -> str:
    """`order.relay` of `order.relay.2`."""
    return ".".join(process.split(".")[:2])


def schedule(seed: int, seconds: float, cast: Cast, sizes: Sizes) -> list[Step]:
    """The faults of a run in order of their times. The last tenth is left to what was begun."""
    chance, until = Random(f"faults {seed}"), seconds * 0.9
    steps = [_kill(chance, until, cast, sizes) for _ in range(round(sizes.kills * seconds / 60))]
    for fault, rate in sizes.rates.items():
        times = round(rate * seconds / 60)
        for turn in range(times):
            at = until * (turn + chance.uniform(0.1, 0.9)) / times
            steps.append(_fault(chance, at, fault, cast))
    in_time = [_ended(step, seconds) if step.fault == "pause" else step for step in steps]
    return sorted(in_time, key=lambda step: step.at)


def _ended(step: Step, seconds: float) -> Step:
    """The step, over when the load is."""
    return replace(step, amount=max(1, min(step.amount, int(seconds - step.at))))


def _kill(chance: Random, until: float, cast: Cast, sizes: Sizes) -> Step:
    weights = [
        sizes.weights.get(kind_of(name), sizes.weights.get(role_of(name), sizes.others)) for name in cast.processes
    ]
    target = chance.choices(cast.processes, weights)[0]
    points = cast.points.get(role_of(target), ())
    if points and chance.random() < sizes.at_points:
        return Step(chance.uniform(0, until), "kill", target, chance.randint(1, HIT_AT_MOST), chance.choice(points))
    return Step(chance.uniform(0, until), "kill", target)


def _fault(chance: Random, at: float, fault: str, cast: Cast) -> Step:  # noqa: C901
    match fault:
        case "pause":
            return Step(at, fault, chance.choice(cast.processes), chance.choice(PAUSES))
        case "end_backends":
            return Step(at, fault, amount=chance.randint(1, 12))
        case "cut":
            return Step(at, fault, chance.choice(cast.links), chance.randint(1, 4))
        case "delay":
            return Step(at, fault, chance.choice(cast.links), chance.randint(20, 800))
        case "reset":
            return Step(at, fault, chance.choice(cast.links), chance.choice([1, 20, 500, 5_000, 100_000]))
        case "hold_commit":
            return Step(at, fault, chance.choice([link for link in cast.links if link.startswith("postgres")]))
        case "set_back":
            return Step(at, fault, chance.choice(cast.publishers), chance.randint(1, 500))
        case "wipe_topic" | "junk":
            return Step(at, fault, chance.choice(cast.publishers))
        case "forget":
            return Step(at, fault, chance.choice(cast.policies)) if cast.policies else Step(at, "nothing")
        case _:
            return Step(at, fault)


@dataclass(frozen=True)
class Say:
    """One command of a client. `path` may name {order}; `unique` is a word of the body that no other command has."""

    what: str
    path: str
    body: Mapping[str, Any]
    unique: str


@dataclass(frozen=True)
class Script:
    """An order's whole course. A `shared` one is created by all clients under one key, and belongs to all."""

    name: str
    create: Say
    then: Sequence[Say]
    shared: bool = False


LINES = (
    {"type": "hour", "category": "LABOUR", "worker": "W-1"},
    {"type": "fee", "category": "FEE"},
    {"type": "hour", "category": "LABOUR", "worker": "W-1"},
)
ROUND = 4
"""Every so many orders of a client, one is shared."""


def scripts(seed: int, client: int, lines: int = 6) -> Iterator[Script]:
    """The orders of a client, without end; `lines` is the most that its own orders get."""
    chance, turn = Random(f"client {seed} {client}"), 0
    while True:
        turn += 1
        yield _shared(turn // ROUND, client) if turn % ROUND == 0 else _own(chance, f"{client}.{turn}", lines)


def _create(name: str) -> Say:
    header = {"project": "P-1", "service_date": "2026-03-02", "description": name}
    return Say("create", "/v1/orders", header, name)


def _line(chance: Random, name: str, number: int) -> Say:
    unique = f"{name}.line{number}"
    body = {**chance.choice(LINES), "quantity": str(chance.randint(1, 9)), "description": unique}
    return Say("add", "/v1/orders/{order}/lines", body, unique)


def _shared(turn: int, client: int) -> Script:
    name = f"shared.{turn}"
    lines = [_line(Random(f"{name} {client}"), f"{name}.{client}", number) for number in (1, 2, 3)]
    return Script(name, _create(name), lines, shared=True)


def _own(chance: Random, name: str, most: int) -> Script:
    """Lines, changes of mind, sign-off, posting, and adjustments, of which most give back."""
    count = chance.randint(1, most)
    then = [_line(chance, name, number) for number in range(1, count + 1)]
    order = "/v1/orders/{order}"
    fate = chance.random()
    if fate < 0.05:
        return Script(name, _create(name), [*then, Say("cancel", f"{order}/cancel", {}, f"{name}.cancel")])
    if count > 1 and fate < 0.3:
        then.append(Say("cancel_line", f"{order}/lines/{count}/cancel", {}, f"{name}.drop"))
        count -= 1
    if fate > 0.8:
        price = {"unit_price": f"{chance.randint(10, 90)}.50", "reason": f"{name}.price"}
        then.append(Say("price", f"{order}/lines/1/override-price", price, f"{name}.price"))
    then += [Say(what, f"{order}/{what}", {}, f"{name}.{what}") for what in ("sign-off", "post")]
    for number in range(1, chance.randint(0, min(count, 3)) + 1):
        body = {"quantity": str(chance.randint(0, 8)), "reason": f"{name}.adjust{number}"}
        then.append(Say("adjust", f"{order}/lines/{number}/adjust", body, f"{name}.adjust{number}"))
    return Script(name, _create(name), then)
