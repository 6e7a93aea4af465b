"""Reason codes of orders: why a stage was entered, a recording ended, an SLA canceled."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.events import order_stages as says
from libs.kernel.decider import Decider
from libs.kernel.ids import natural_id


@dataclass(frozen=True)
class RecordReason:
    """Put the reason code, whole. Source: STG-07."""

    code: str
    description: str
    active: bool = True


@dataclass(frozen=True)
class Reason:
    """The code as it was put last; `code` is empty before that."""

    code: str = ""
    description: str = ""
    active: bool = True


def stream_of(code: str) -> str:
    """The stream of a code."""
    return natural_id("stage-reason", code)


def decide(command: RecordReason, _: Reason) -> Sequence[says.StageReasonRecorded]:
    """A code is its owner's word."""
    return [says.StageReasonRecorded(code=command.code, description=command.description, active=command.active)]


def evolve(_: Reason, fact: says.StageReasonRecorded) -> Reason:
    """The last word stands."""
    return Reason(fact.code, fact.description, fact.active)


stage_reason: Decider[RecordReason, Reason, says.StageReasonRecorded] = Decider(Reason(), decide, evolve)
