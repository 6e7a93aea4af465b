"""Lines are confirmed as done, and that is taken back before they post."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from libs.events import order as says
from libs.kernel.decider import Rejected
from services.order.domain.service_order import guards
from services.order.domain.service_order.state import CreatedLine, Open, created_lines, with_lines
from services.order.domain.service_order.surroundings import Surroundings


@dataclass(frozen=True)
class SignOff:
    """Confirm these lines as done, or every Created line when none is named. Source: PST-01, LIN-11, [?25].

    `sla_reason` is why a clock that this stops has exceeded its limit. Source: STR-06.
    """

    lines: tuple[int, ...] | None = None
    sla_reason: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class WithdrawSignOff:
    """Open these lines again, or every one that is signed off when none is named. Source: PST-10."""

    lines: tuple[int, ...] | None = None
    reason: str | None = None


def sign_off(command: SignOff, order: Open, around: Surroundings) -> Sequence[says.OrderFact]:
    """At least one Created line that is not signed off yet. Source: PST-01, [?25]."""
    guards.insist(guards.reason_known("sla_reason", command.sla_reason, around))
    for number in command.lines or ():
        guards.insist(guards.not_signed_off(number, guards.created(order, number)))
    lines = _chosen(command.lines, order, signed_off=False)
    if not lines:
        raise Rejected.state("nothing_to_sign_off", "no created line is left to sign off")
    return [says.OrderSignedOff(lines=lines)]


def withdraw_sign_off(command: WithdrawSignOff, order: Open, _: Surroundings) -> Sequence[says.OrderFact]:
    """At least one signed-off line, and none that is posted. Source: PST-10."""
    for number in command.lines or ():
        guards.insist(guards.is_signed_off(number, guards.created(order, number)))
    lines = _chosen(command.lines, order, signed_off=True)
    if not lines:
        raise Rejected.state("nothing_to_withdraw", "no created line is signed off")
    return [says.OrderSignOffWithdrawn(lines=lines, reason=command.reason)]


def _chosen(named: tuple[int, ...] | None, order: Open, *, signed_off: bool) -> tuple[int, ...]:
    """The Created lines in this condition, of those named where some are, in line order."""
    lines = created_lines(order)
    return tuple(
        number for number, line in lines.items() if line.signed_off == signed_off and (named is None or number in named)
    )


def signed_off(order: Open, fact: says.OrderSignedOff) -> Open:
    """The lines are confirmed."""
    return _marked(order, fact.lines, signed_off=True)


def sign_off_withdrawn(order: Open, fact: says.OrderSignOffWithdrawn) -> Open:
    """The lines are open again."""
    return _marked(order, fact.lines, signed_off=False)


def _marked(order: Open, lines: tuple[int, ...], *, signed_off: bool) -> Open:
    marked = {number: line for number, line in order.lines.items() if number in lines}
    return with_lines(
        order,
        {
            number: replace(line, signed_off=signed_off)
            for number, line in marked.items()
            if isinstance(line, CreatedLine)
        },
    )
