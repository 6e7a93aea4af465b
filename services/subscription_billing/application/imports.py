"""Subscriptions that have been running elsewhere, from a file: the commands that open them as they stand there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from libs.runtime.store import FactStore
from services.subscription_billing.application.around import Around
from services.subscription_billing.application.subscriptions import new_subscription, subscription_id
from services.subscription_billing.domain.subscription.imports import ImportSubscription


async def imports_of(
    store: FactStore, rows: Sequence[tuple[dict[str, Any], bool]], at: datetime
) -> dict[str, ImportSubscription]:
    """The commands by stream, of what was said of each and whether it is active; in the order of the rows. A number that
    is said counts, also in a group that draws its own."""
    commands, around = dict[str, ImportSubscription](), Around(store)
    for given, active in rows:
        opening = await new_subscription(around, given, at)
        group = opening.found.group
        if opening.number is not None and group is not None and group.number_sequence is not None:
            opening = replace(opening, number=None, drawn=opening.number)
        stream = subscription_id(opening.number or opening.drawn or f"row {len(commands) + 1}")
        commands[stream] = ImportSubscription(opening, active)
    return commands
