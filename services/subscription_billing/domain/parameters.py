"""The parameters of subscription billing: set whole; until then each has its default."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.events.subscription_billing import SubscriptionParametersSet
from libs.kernel.decider import Decider, Rejected
from libs.kernel.ids import natural_id

STREAM = natural_id("parameters", "subscription_billing")
"""There is one set of parameters."""
MOST_PERIODS = 36
"""Periods per subscription and run. Source: FEE-16, reliability (safety bounds)."""


@dataclass(frozen=True)
class SetSubscriptionParameters:
    """Put the parameters, whole. Source: subscription-billing 1.13."""

    parameters: SubscriptionParametersSet


def decide(command: SetSubscriptionParameters, _: SubscriptionParametersSet) -> Sequence[SubscriptionParametersSet]:
    """They are recorded whole; what was posted under earlier ones keeps what it was posted with."""
    if not 1 <= command.parameters.max_periods_per_run <= MOST_PERIODS:
        sentence = f"a run bills 1 to {MOST_PERIODS} periods of a subscription"
        raise Rejected.value("invalid_number", sentence, field="/max_periods_per_run")
    return [command.parameters]


def evolve(_: SubscriptionParametersSet, fact: SubscriptionParametersSet) -> SubscriptionParametersSet:
    """The last word stands."""
    return fact


subscription_parameters: Decider[SetSubscriptionParameters, SubscriptionParametersSet, SubscriptionParametersSet] = (
    Decider(SubscriptionParametersSet(), decide, evolve)
)
