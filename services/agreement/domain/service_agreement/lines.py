"""Lines are added, revised, removed, stopped and restarted: the resources of a typical visit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from libs.events import agreement as says
from libs.kernel.decider import Rejected
from services.agreement.domain.guards import insist, something_changes
from services.agreement.domain.references import LineReferences
from services.agreement.domain.service_agreement import guards
from services.agreement.domain.service_agreement.state import (
    Existing,
    Line,
    LineEntry,
    Standing,
    heard,
    told,
    with_line,
)


@dataclass(frozen=True)
class AddLine:
    """Add a resource of the visit. Source: AGL-01."""

    entry: LineEntry
    found: LineReferences


@dataclass(frozen=True)
class ReviseLine:
    """Say a line anew, whole; its type stays. Source: AGL-01."""

    line: int
    entry: LineEntry
    found: LineReferences


@dataclass(frozen=True)
class RemoveLine:
    """Take a line out of the agreement. Source: AGL-01."""

    line: int


@dataclass(frozen=True)
class StopLine:
    """Let a line yield no orders until it is restarted. Orders that exist stay. Source: AGL-05, [?38]."""

    line: int
    reason: str | None = None


@dataclass(frozen=True)
class RestartLine:
    """Let a stopped line yield orders again. Source: AGL-05."""

    line: int


def add_line(command: AddLine, agreement: Standing) -> Sequence[says.AgreementFact]:
    """The line gets the next number; numbers are never used again. Source: AGL-02, AGL-06, contracts 4."""
    entry = _filled(command.entry, agreement, command.found)
    insist(guards.entry_stands(entry, agreement, command.found))
    return [says.AgreementLineAdded(line=agreement.lines_added + 1, **told(entry))]


def revise_line(command: ReviseLine, agreement: Standing) -> Sequence[says.AgreementFact]:
    """The line as it will be, whole, stopped or not. Source: AGL-02, AGL-06."""
    line = guards.line_of(agreement, command.line)
    entry = _filled(command.entry, agreement, command.found)
    if line.entry.type != entry.type:
        raise Rejected.value("line_type_fixed", f"the line stays of type {line.entry.type}", field="/type")
    insist(guards.entry_stands(entry, agreement, command.found), something_changes(line.entry, entry))
    return [says.AgreementLineRevised(line=command.line, **told(entry))]


def remove_line(command: RemoveLine, agreement: Standing) -> Sequence[says.AgreementFact]:
    """Source: AGL-01."""
    guards.line_of(agreement, command.line)
    return [says.AgreementLineRemoved(line=command.line)]


def stop_line(command: StopLine, agreement: Standing) -> Sequence[says.AgreementFact]:
    """Once. Source: AGL-05."""
    if guards.line_of(agreement, command.line).stopped:
        raise Rejected.state("line_stopped", f"line {command.line} is stopped already")
    return [says.AgreementLineStopped(line=command.line, reason=command.reason)]


def restart_line(command: RestartLine, agreement: Standing) -> Sequence[says.AgreementFact]:
    """Only a stopped one. Source: AGL-05."""
    if not guards.line_of(agreement, command.line).stopped:
        raise Rejected.state("line_not_stopped", f"line {command.line} is not stopped")
    return [says.AgreementLineRestarted(line=command.line)]


def _filled(entry: LineEntry, agreement: Existing, found: LineReferences) -> LineEntry:
    """The entry with what it leaves open: the agreement's first day, the project's line property. Source: AGL-03, AGL-08."""
    default = found.project.line_property if found.project else None
    return replace(
        entry, starts_on=entry.starts_on or agreement.starts_on, line_property=entry.line_property or default
    )


def added(agreement: Standing, fact: says.AgreementLineAdded) -> Standing:
    """One more line."""
    return replace(with_line(agreement, fact.line, Line(heard(fact))), lines_added=fact.line)


def revised(agreement: Standing, fact: says.AgreementLineRevised) -> Standing:
    """The line as the fact has it."""
    line = agreement.lines.get(fact.line)
    return agreement if line is None else with_line(agreement, fact.line, replace(line, entry=heard(fact)))


def removed(agreement: Standing, fact: says.AgreementLineRemoved) -> Standing:
    """The line is gone."""
    return replace(agreement, lines={number: line for number, line in agreement.lines.items() if number != fact.line})


def stopped(agreement: Standing, fact: says.AgreementLineStopped) -> Standing:
    """The line yields no orders."""
    return _flagged(agreement, fact.line, stopped=True)


def restarted(agreement: Standing, fact: says.AgreementLineRestarted) -> Standing:
    """The line yields orders."""
    return _flagged(agreement, fact.line, stopped=False)


def _flagged(agreement: Standing, number: int, *, stopped: bool) -> Standing:
    line = agreement.lines.get(number)
    return agreement if line is None else with_line(agreement, number, replace(line, stopped=stopped))
