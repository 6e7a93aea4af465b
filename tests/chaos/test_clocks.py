"""The checker's own clock: what is told twice or for a wrong instant shows, and what was corrected may be told again."""

import json
from typing import Any

from tests.chaos.check_sla import clocks_of
from tests.chaos.evidence import Fact

Told = tuple[str, int, int, dict[str, Any]]
MISSED: Told = ("Missed", 2, 2, {})
COURSE: tuple[Told, ...] = (
    ("Started", 0, 0, {}),
    MISSED,
    ("Paused", 1, 1, {}),
    ("Corrected", 5, 1, {"now": "running"}),
    ("Resumed", 10, 1, {}),
    ("Missed", 11, 2, {}),
)
"""Kind, second, elapsed seconds: a pause that is told late takes the miss back, and it comes later."""


def problems(*course: Told) -> list[str]:
    attached = {"clocks": [{"clock": "response", "budget": "PT2S"}]}
    facts = [Fact("SO-1", 1, 1, "order.OrderSlaAttached.v1", json.dumps(attached).encode(), {}, 0)]
    for version, (kind, second, elapsed, more) in enumerate(course, 2):
        says = {"clock": "response", "at": f"2026-03-02T08:00:{second:02}+00:00", "elapsed_seconds": elapsed, **more}
        name = f"order.OrderSla{kind}.v1"
        facts.append(Fact("SO-1", version, version, name, json.dumps(says).encode(), {}, version))
    return [problem[0] for _, problem in clocks_of(facts) if problem is not None]


def test_a_course_with_a_correction_is_right() -> None:
    assert problems(*COURSE) == []


def test_a_miss_told_twice_shows() -> None:
    assert problems(*COURSE[:2], MISSED) == ["I41"]


def test_a_wrong_instant_and_a_wrong_figure_show() -> None:
    assert problems(COURSE[0], ("Missed", 3, 3, {})) == ["I41"]
    assert problems(COURSE[0], ("Stopped", 3, 2, {})) == ["I40"]
