"""One update for many subscriptions: those of a group, or those that are named. Source: IDX-03."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from libs.kernel.decider import Rejected
from libs.runtime.many import Many, ManyRejected, execute_many, load_many
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, Decision, Outcome, Request
from services.subscription_billing.application.subscriptions import today
from services.subscription_billing.domain.subscription import subscription
from services.subscription_billing.domain.subscription.prices import UpdateBasePrice, UpdateIndex, UpdateInGroup
from services.subscription_billing.domain.subscription.state import Existing
from services.subscription_billing.projections.lookups import active_of_group

MOST = 5000
"""Subscriptions that one update changes: they are saved in one append, all or none."""


@dataclass(frozen=True)
class Updated:
    """What became of an update: the decisions, and why subscriptions were passed by, by id."""

    decisions: Sequence[Decision]
    skipped: Mapping[str, str]


async def update_all(
    store: FactStore,
    update: UpdateBasePrice | UpdateIndex,
    wanted: Sequence[str],
    request: Request,
    answering: Callable[[Updated], Answer],
) -> Outcome:
    """Updates every subscription wanted that is active; one that refuses is passed by with its reason. The run's id is
    the update's. Raises the refusal when all refuse. Source: IDX-03.

    Days are those of each subscription's project (PER-07).
    """
    run = update.run or ""
    commands = await _commands(store, update, wanted, request)
    skipped: dict[str, str] = dict.fromkeys(set(wanted) - set(commands), "unknown_reference")
    while True:
        many = Many(run, subscription, commands, partial(_answering, answering, skipped))
        try:
            return await execute_many(store, many, request)
        except ManyRejected as refused:
            if len(refused.refusals) == len(commands):
                raise next(iter(refused.refusals.values())) from refused
            skipped = skipped | {stream_id: refusal.reason for stream_id, refusal in refused.refusals.items()}
            commands = {key: command for key, command in commands.items() if key not in refused.refusals}


def _answering(
    answering: Callable[[Updated], Answer], skipped: Mapping[str, str], decisions: Sequence[Decision]
) -> Answer:
    return answering(Updated(decisions, skipped))


async def of_group(store: FactStore, key: str) -> list[str]:
    """The ids of the active subscriptions of a group."""
    found = [row["stream_id"] for row in await rows(store, active_of_group(key))]
    if len(found) > MOST:
        raise Rejected.state("too_many_subscriptions", f"at most {MOST} are updated at once: name them in parts")
    return found


async def _commands(
    store: FactStore, update: UpdateBasePrice | UpdateIndex, wanted: Sequence[str], request: Request
) -> dict[str, UpdateInGroup]:
    """The command of every subscription that exists, with the day where its project is."""
    streams = await load_many(store, subscription, list(dict.fromkeys(wanted)))
    standing = {key: stream.state for key, stream in streams.items() if isinstance(stream.state, Existing)}
    projects = {state.header.project for state in standing.values()}
    at = request.at
    days = {project: await today(store, project, at) for project in projects} if at else {}
    return {
        key: UpdateInGroup(replace(update, today=days.get(state.header.project, update.today)))
        for key, state in standing.items()
    }
