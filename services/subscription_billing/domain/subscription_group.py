"""A group of subscriptions: by which periods they are billed and earned, and where their numbers come from."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.events import subscription_billing as says
from libs.kernel.decider import Decider, Rejected
from libs.rules.billing import may_accrue
from services.subscription_billing.domain.guards import Refusal, insist, known, something_changes
from services.subscription_billing.domain.references import Code

LONGEST_GROUP, LONGEST_SEQUENCE = 10, 13
"""Characters of a group's key, and of what its numbers begin with: SEQUENCE-000001 has at most 20. Source: SGR (fields)."""


@dataclass(frozen=True, kw_only=True)
class PutSubscriptionGroup:
    """Say the group anew, whole. Source: SGR-01.

    `invoicing` and `accrual` are the codes found of those named; `week_by_week` and `frequency_locked` are parameters
    (SGR-03, SGR-05), `invoiced` says whether a fee of the group was ever invoiced.
    """

    terms: says.SubscriptionGroupDefined
    invoicing: Code | None
    accrual: Code | None = None
    week_by_week: bool = False
    frequency_locked: bool = True
    invoiced: bool = False


@dataclass(frozen=True)
class RetireSubscriptionGroup:
    """Let no subscription be opened in it any more."""

    reason: str | None = None


@dataclass(frozen=True)
class Absent:
    """No group yet."""


@dataclass(frozen=True)
class Standing:
    """The group as it was put last."""

    terms: says.SubscriptionGroupTerms


@dataclass(frozen=True)
class Retired:
    """As it was put last; no subscription is opened in it."""

    terms: says.SubscriptionGroupTerms


Command = PutSubscriptionGroup | RetireSubscriptionGroup
State = Absent | Standing | Retired
Fact = says.SubscriptionGroupDefined | says.SubscriptionGroupRevised | says.SubscriptionGroupRetired


def decide(command: Command, state: State) -> Sequence[Fact]:
    """The facts that the command gives."""
    match command, state:
        case PutSubscriptionGroup(), Absent() | Standing():
            return _put(command, state)
        case RetireSubscriptionGroup(reason), Standing(terms):
            return [says.SubscriptionGroupRetired(group=terms.group, reason=reason)]
        case _:
            name = type(state).__name__.lower()
            allowed = ("put-subscription-group",) if isinstance(state, Absent) else ()
            raise Rejected.transition(name, allowed, f"a group that is {name} does not allow this")


def _put(command: PutSubscriptionGroup, state: Absent | Standing) -> Sequence[Fact]:
    """With the default filled in: a group that accrues does so by its invoicing code, unless it names another.

    Source: SGR-01, SGR-03, SGR-04, SGR-05.
    """
    terms, before = command.terms, state.terms if isinstance(state, Standing) else None
    insist(
        _short_enough("group", terms.group, LONGEST_GROUP),
        _short_enough("number_sequence", terms.number_sequence or "", LONGEST_SEQUENCE),
        known("invoicing_code", terms.invoicing_code, command.invoicing),
        _accrues(terms),
        known("accrual_code", terms.accrual_code, command.accrual),
        _nests(command),
        _frequency_stays(command, before),
    )
    accrual = (terms.accrual_code or terms.invoicing_code) if terms.accrue_revenue else None
    told = dict(terms) | {"accrual_code": accrual}
    if before is None:
        return [says.SubscriptionGroupDefined(**told)]
    insist(something_changes(dict(before), told))
    return [says.SubscriptionGroupRevised(**told)]


def _short_enough(name: str, value: str, longest: int) -> Refusal:
    if len(value) <= longest:
        return None
    return Rejected.value("too_long", f"at most {longest} characters", field=f"/{name}")


def _accrues(terms: says.SubscriptionGroupTerms) -> Refusal:
    """An accrual code says nothing of a group that does not accrue. Source: SGR (fields)."""
    if terms.accrue_revenue or terms.accrual_code is None:
        return None
    return Rejected.value("not_accruing", "a group that does not accrue has no accrual code", field="/accrual_code")


def _nests(command: PutSubscriptionGroup) -> Refusal:
    """Accrual periods nest in invoicing periods. Source: SGR-03, SGR-04."""
    terms, invoicing = command.terms, command.invoicing
    if not terms.accrue_revenue or invoicing is None:
        return None
    accrual = invoicing if terms.accrual_code is None else command.accrual
    if accrual is None or may_accrue(invoicing.unit, accrual.unit, week_by_week=command.week_by_week):
        return None
    sentence = f"what is invoiced by the {invoicing.unit} is not earned by the {accrual.unit}"
    return Rejected.value("accrual_code_incompatible", sentence, field="/accrual_code")


def _frequency_stays(command: PutSubscriptionGroup, before: says.SubscriptionGroupTerms | None) -> Refusal:
    """A group with invoiced fees keeps its invoicing code, unless the parameters say otherwise. Source: SGR-05."""
    if before is None or before.invoicing_code == command.terms.invoicing_code:
        return None
    if not (command.invoiced and command.frequency_locked):
        return None
    return Rejected.state("frequency_locked", f"fees of the group were invoiced by {before.invoicing_code}")


def evolve(state: State, fact: Fact) -> State:
    """The last word stands; what is retired stays so."""
    match fact, state:
        case says.SubscriptionGroupTerms(), Absent() | Standing():
            return Standing(fact)
        case says.SubscriptionGroupRetired(), Standing():
            return Retired(state.terms)
        case _:
            return state


subscription_group: Decider[Command, State, Fact] = Decider(Absent(), decide, evolve)
