"""The parameters of subscription billing: set whole; until then each has its default."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.events.subscription_billing import SubscriptionParametersSet
from libs.kernel.decider import Decider, Rejected

MOST_PERIODS = 36
"""Periods per subscription and run. Source: FEE-16, reliability (safety bounds)."""


@dataclass(frozen=True)
class SetSubscriptionParameters:
    """Set every parameter. Source: subscription-billing 1.13."""

    parameters: SubscriptionParametersSet


@dataclass(frozen=True)
class Unset:
    """Nothing was set: the defaults count."""

    parameters: SubscriptionParametersSet = SubscriptionParametersSet()


@dataclass(frozen=True)
class Set:
    """The parameters as they were set last."""

    parameters: SubscriptionParametersSet


State = Unset | Set


def decide(command: SetSubscriptionParameters, _: State) -> Sequence[SubscriptionParametersSet]:
    """The parameters are recorded whole; what was posted under earlier ones keeps what it was posted with."""
    if not 1 <= command.parameters.max_periods_per_run <= MOST_PERIODS:
        sentence = f"a run bills 1 to {MOST_PERIODS} periods of a subscription"
        raise Rejected.value("out_of_range", sentence, field="/max_periods_per_run")
    return [command.parameters]


def evolve(_: State, fact: SubscriptionParametersSet) -> State:
    """The last word counts."""
    return Set(fact)


subscription_parameters: Decider[SetSubscriptionParameters, State, SubscriptionParametersSet] = Decider(
    Unset(), decide, evolve
)
