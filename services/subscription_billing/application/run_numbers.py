"""The numbers of runs that people read, whoever asks for the run; gaps are allowed."""

from collections.abc import Mapping

from libs.events.subscription_billing_schedules import RunOf
from libs.runtime.store import FactStore

_PREFIXES: Mapping[RunOf, str] = {"fee_run": "FR", "proposal_run": "PR", "accrual_run": "AR"}


async def next_number(store: FactStore, kind: RunOf) -> str:
    """The number of a new run: FR-000001. Source: contracts 4."""
    return f"{_PREFIXES[kind]}-{await store.next_number(f'{kind}_number'):06d}"
