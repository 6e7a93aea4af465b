"""The parameters of orders. Source: CFG-03, CFG-04, CFG-05."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from libs.events import order_stages as says
from libs.kernel.decider import Decider, Rejected
from libs.kernel.ids import natural_id

STREAM = natural_id("parameters", "order")
"""There is one set of parameters."""


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """What holds for all orders; every flag as it is before anybody set it."""

    allow_without_agreement: bool = True
    reason_on_cancel: bool = False
    reason_on_exceeding: bool = False
    default_sla_policy: str | None = None


@dataclass(frozen=True)
class SetParameters:
    """Put the parameters, whole. `policy_known` says that the default policy exists and may be chosen."""

    parameters: Parameters
    policy_known: bool = True


def decide(command: SetParameters, _: Parameters) -> Sequence[says.OrderParametersSet]:
    """A default policy is one that exists."""
    given = command.parameters
    if given.default_sla_policy is not None and not command.policy_known:
        sentence = f"there is no SLA policy {given.default_sla_policy} that may be chosen"
        raise Rejected.value("unknown_reference", sentence, field="/default_sla_policy")
    return [says.OrderParametersSet(**{each.name: getattr(given, each.name) for each in fields(Parameters)})]


def evolve(_: Parameters, fact: says.OrderParametersSet) -> Parameters:
    """The last word stands."""
    return Parameters(**{each.name: getattr(fact, each.name) for each in fields(Parameters)})


parameters: Decider[SetParameters, Parameters, says.OrderParametersSet] = Decider(Parameters(), decide, evolve)
