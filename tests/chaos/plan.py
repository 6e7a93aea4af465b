"""What a run does to the system, drawn from a seed alone: pure, printable, the same again for the same seed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from random import Random

WEIGHTS: Mapping[str, int] = {
    "order.api": 3,
    "api": 5,
    "relay": 6,
    "hear": 2,
    "timers": 2,
    "issuer": 1,
    "subscription_billing.timers": 4,
}
"""How often a process of a kind or role is chosen. A killed reader costs its group the session time-out, so seldom; and
where all commands come in, something must be done between. Whoever does the steps of runs has points of its own."""

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
    """Whom faults may meet: processes by name (`order.relay.2`), publishers, links, policies, and points by role or
    kind."""

    processes: Sequence[str]
    publishers: Sequence[str]
    links: Sequence[str]
    policies: Sequence[str]
    points: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Sizes:
    """How often each fault comes, in times a minute; `kills` are drawn over all processes, by weight."""

    kills: float = 170
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
    points: Collection[str] = ()
    """Those points; where there are none, all that the process comes to."""


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
    known = (*cast.points.get(role_of(target), ()), *cast.points.get(kind_of(target), ()))
    points = [point for point in known if not sizes.points or point in sizes.points]
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
