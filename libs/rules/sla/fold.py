"""Folding the marks of a clock, one after the other, into the courses between them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from libs.rules.sla.course import Course, Stint
from libs.rules.sla.marks import Mark, Phase
from libs.rules.sla.terms import Terms


def whole(at: datetime) -> datetime:
    """An aware instant in UTC, cut to whole seconds; a naive one is a TypeError. Source: sla rule 5."""
    if at.tzinfo is None:
        raise TypeError("an instant has an offset")
    return at.astimezone(UTC).replace(microsecond=0)


def courses(terms: Terms, marks: Iterable[Mark]) -> Iterator[tuple[datetime, Course]]:
    """Each mark's instant with the course after it, from the start on."""
    course: Course | None = None
    for at, mark in ordered(marks):
        if course is not None:
            course = after(course, mark, at)
        elif mark.kind == "started":
            course = Course(terms, "running", at, at, at, mark.cause)
        if course is not None:
            yield at, course


def ordered(marks: Iterable[Mark]) -> list[tuple[datetime, Mark]]:
    """The marks with their whole seconds, in the order of these, then of their sequence; each sequence once."""
    known = {mark.sequence: (whole(mark.at), mark) for mark in marks}
    return sorted(known.values(), key=lambda each: (each[0], each[1].sequence))


def after(course: Course, mark: Mark, at: datetime) -> Course:
    """The course after one more mark; the same when the mark does not apply. Source: sla rules 3 and 6 to 8."""
    match mark.kind, course.phase:
        case "paused", "running":
            return _turned(course, "paused", mark, at)
        case "resumed", "paused":
            return _turned(course, "running", mark, at)
        case "stopped", "running" | "paused":
            return _turned(course, "stopped", mark, at)
        case "canceled", "running" | "paused":
            return _turned(course, "canceled", mark, at)
        case "reopened", "stopped":
            return _reopened(course, mark, at)
        case "retargeted", "running" | "paused":
            return _retargeted(course, mark, at)
        case "retargeted", "stopped":
            return replace(course, waiting=mark)
        case _:
            return course


def _turned(course: Course, phase: Phase, mark: Mark, at: datetime) -> Course:
    kind = course.phase if course.phase in ("running", "paused") else "gap"
    behind = (*course.stints, Stint(course.since, at, kind, course.cause))
    return replace(course, phase=phase, since=at, cause=mark.cause, stints=behind)


def _reopened(course: Course, mark: Mark, at: datetime) -> Course:
    """The time spent stopped is a gap; terms that changed meanwhile apply from now on."""
    opened = replace(_turned(course, "running", mark, at), waiting=None)
    return opened if course.waiting is None else _retargeted(opened, course.waiting, at)


def _retargeted(course: Course, mark: Mark, at: datetime) -> Course:
    terms = mark.terms or course.terms
    if mark.retroactive:
        return replace(course, terms=terms)
    behind = (Stint(course.first, at, "gap", mark.cause),)
    return replace(course, terms=terms, origin=at, since=at, stints=behind)
