"""Folding the marks of a clock, one after the other, into the courses between them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from libs.rules.sla.course import Course, Stint
from libs.rules.sla.marks import Mark, Phase
from libs.rules.sla.terms import Terms


def whole(at: datetime) -> datetime:
    """An aware instant in UTC, cut to whole seconds; a naive one is a ValueError. Source: sla rule 5."""
    if at.tzinfo is None:
        raise ValueError("an instant has an offset")
    return at.astimezone(UTC).replace(microsecond=0)


def courses(terms: Terms, marks: Iterable[Mark]) -> Iterator[Course]:
    """The course after each mark, from the start on."""
    course: Course | None = None
    for mark in ordered(marks):
        if course is not None:
            course = replace(after(course, mark), marked_at=mark.at)
        elif mark.kind == "started":
            course = Course(terms, "running", mark.at, mark.at, mark.at, mark.at, mark.cause)
        if course is not None:
            yield course


def ordered(marks: Iterable[Mark]) -> list[Mark]:
    """The marks in the order of their whole seconds, then of their sequence; each sequence once."""
    known = {mark.sequence: replace(mark, at=whole(mark.at)) for mark in marks}
    return sorted(known.values(), key=lambda mark: (mark.at, mark.sequence))


def after(course: Course, mark: Mark) -> Course:
    """The course after one more mark; the same when the mark does not apply. Source: sla rules 3 and 6 to 8."""
    match mark.kind, course.phase:
        case "paused", "running":
            return _turned(course, "paused", mark)
        case "resumed", "paused":
            return _turned(course, "running", mark)
        case "stopped", "running" | "paused":
            return _turned(course, "stopped", mark)
        case "canceled", "running" | "paused":
            return _turned(course, "canceled", mark)
        case "reopened", "stopped":
            return _reopened(course, mark)
        case "retargeted", "running" | "paused":
            return _retargeted(course, mark, mark.at)
        case "retargeted", "stopped":
            return replace(course, waiting=mark)
        case _:
            return course


def _turned(course: Course, phase: Phase, mark: Mark) -> Course:
    return replace(course, phase=phase, since=mark.at, cause=mark.cause, stints=_stints(course, mark.at))


def _stints(course: Course, at: datetime) -> tuple[Stint, ...]:
    kind = course.phase if course.phase in ("running", "paused") else "gap"
    return (*course.stints, Stint(course.since, at, kind, course.cause))


def _reopened(course: Course, mark: Mark) -> Course:
    """The time spent stopped is a gap; terms that changed meanwhile apply from now on."""
    opened = replace(_turned(course, "running", mark), waiting=None)
    return opened if course.waiting is None else _retargeted(opened, course.waiting, mark.at)


def _retargeted(course: Course, mark: Mark, at: datetime) -> Course:
    terms = mark.terms or course.terms
    if mark.retroactive:
        return replace(course, terms=terms)
    behind = (Stint(course.first, at, "gap", mark.cause),)
    return replace(course, terms=terms, origin=at, since=at, stints=behind)
