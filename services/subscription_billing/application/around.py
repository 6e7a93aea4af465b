"""The records around subscriptions, each looked up once: a file of thousands names few."""

from collections.abc import Awaitable, Callable
from typing import Any

from libs.runtime.store import FactStore
from services.subscription_billing.application import records
from services.subscription_billing.domain.references import Agreement, Category, Group, Named, Project
from services.subscription_billing.projections import lookups

LookUp = Callable[[FactStore, Any], Awaitable[Any]]


class Around:
    """What was looked up for one command, or for the commands of one file."""

    def __init__(self, store: FactStore) -> None:
        self.store = store
        self._found: dict[tuple[LookUp, str | None], Any] = {}

    async def group(self, key: str) -> Group | None:
        """The subscription group, from its own stream."""
        found: Group | None = await self._once(records.group, key)
        return found

    async def project(self, key: str) -> Project | None:
        """The project with its price group. Source: SPR-04."""
        found: Project | None = await self._once(lookups.project, key)
        return found

    async def category(self, key: str) -> Category | None:
        """The category."""
        found: Category | None = await self._once(lookups.category, key)
        return found

    async def customer(self, key: str | None) -> Named | None:
        """The customer."""
        found: Named | None = await self._once(lookups.customer, key)
        return found

    async def agreement(self, key: str | None) -> Agreement | None:
        """The service agreement."""
        found: Agreement | None = await self._once(lookups.agreement, key)
        return found

    async def _once(self, look_up: LookUp, key: str | None) -> Any:
        if (look_up, key) not in self._found:
            self._found[look_up, key] = await look_up(self.store, key)
        return self._found[look_up, key]
