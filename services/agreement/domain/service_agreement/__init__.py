"""The service agreement: a standing contract on a project, whose lines are the resources of a typical visit."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from libs.events import agreement as says
from libs.kernel.decider import Decider, Rejected
from services.agreement.domain.service_agreement import amendment, course, creation, lines
from services.agreement.domain.service_agreement.amendment import Amend
from services.agreement.domain.service_agreement.course import Activate, Renew, Resume, Suspend, Terminate
from services.agreement.domain.service_agreement.creation import CreateAgreement, ReviseAgreement
from services.agreement.domain.service_agreement.lines import AddLine, RemoveLine, RestartLine, ReviseLine, StopLine
from services.agreement.domain.service_agreement.state import Absent, Active, Draft, State, Suspended, Terminated

Command = (
    CreateAgreement
    | ReviseAgreement
    | Amend
    | AddLine
    | ReviseLine
    | RemoveLine
    | StopLine
    | RestartLine
    | Activate
    | Suspend
    | Resume
    | Terminate
    | Renew
)
Fact = says.AgreementFact

Decision = Callable[[Any, Any], Sequence[Fact]]
Fold = Callable[[Any, Any], State]

_CHANGES: Mapping[type[Command], Decision] = {
    ReviseAgreement: creation.revise_agreement,
    Amend: amendment.amend_agreement,
    AddLine: lines.add_line,
    ReviseLine: lines.revise_line,
    RemoveLine: lines.remove_line,
    StopLine: lines.stop_line,
    RestartLine: lines.restart_line,
}
"""What every state but the first and the last accepts."""

DECISIONS: Mapping[type[State], Mapping[type[Command], Decision]] = {
    Absent: {
        CreateAgreement: creation.create_agreement,
    },
    Draft: {
        **_CHANGES,
        Activate: course.activate,
    },
    Active: {
        **_CHANGES,
        Suspend: course.suspend,
        Terminate: course.terminate,
        Renew: course.renew,
    },
    Suspended: {
        **_CHANGES,
        Resume: course.resume,
        Terminate: course.terminate,
        Renew: course.renew,
    },
    Terminated: {},
}
"""Which commands a state accepts, and who decides."""

_CHANGED: Mapping[type[Fact], Fold] = {
    says.AgreementRevised: creation.revised,
    says.AgreementAmended: amendment.amended,
    says.AgreementLineAdded: lines.added,
    says.AgreementLineRevised: lines.revised,
    says.AgreementLineRemoved: lines.removed,
    says.AgreementLineStopped: lines.stopped,
    says.AgreementLineRestarted: lines.restarted,
}

FOLDS: Mapping[type[State], Mapping[type[Fact], Fold]] = {
    Absent: {
        says.AgreementCreated: creation.created,
    },
    Draft: {
        **_CHANGED,
        says.AgreementActivated: course.activated,
    },
    Active: {
        **_CHANGED,
        says.AgreementSuspended: course.suspended,
        says.AgreementTerminated: course.terminated,
        says.AgreementRenewed: course.renewed,
    },
    Suspended: {
        **_CHANGED,
        says.AgreementResumed: course.resumed,
        says.AgreementTerminated: course.terminated,
        says.AgreementRenewed: course.renewed,
    },
    Terminated: {},
}
"""What a fact makes of a state; any other pair leaves the state as it is."""


def decide(command: Command, state: State) -> Sequence[Fact]:
    """The facts that the command gives. A command that the state does not accept is refused with those it does."""
    decision, name = DECISIONS[type(state)].get(type(command)), state_name(state)
    if decision is None:
        sentence = f"an agreement that is {name} does not allow {action_name(type(command))}"
        raise Rejected.transition(name, allowed_actions(state), sentence)
    if (untimely := course.untimely(command, state)) is not None:
        raise Rejected.transition(name, allowed_actions(state), untimely)
    return decision(command, state)


def evolve(state: State, fact: Fact) -> State:
    """The state after the fact."""
    fold = FOLDS[type(state)].get(type(fact))
    return state if fold is None else fold(state, fact)


def state_name(state: State) -> str:
    """The word for a state: absent, draft, active, suspended, terminated."""
    return type(state).__name__.lower()


def action_name(command: type[Command]) -> str:
    """The word for a command: add-line."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in command.__name__).lstrip("-")


def allowed_actions(state: State) -> tuple[str, ...]:
    """What the state accepts, in the order of the table."""
    return tuple(map(action_name, DECISIONS[type(state)]))


service_agreement: Decider[Command, State, Fact] = Decider(Absent(), decide, evolve)
