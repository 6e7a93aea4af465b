"""The caller, as the token and the policy of the route describe him."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from fastapi import Depends
from starlette.requests import Request

from libs.runtime.faults import NotFound

Role = Literal[
    "service_manager",
    "dispatcher",
    "technician",
    "subscription_clerk",
    "analyst",
    "customer",
    "operator",
    "service",
]
ROLES: frozenset[str] = frozenset(get_args(Role))

Relation = Literal["all", "own"]


@dataclass(frozen=True)
class Owner:
    """To whom an object belongs: a customer, and the workers assigned to it."""

    customer: str | None = None
    workers: Collection[str] = ()


@dataclass(frozen=True)
class Caller:
    """Who calls, and what the policy of this route grants. `granted` are the roles to which it owes that."""

    subject: str
    roles: frozenset[str]
    relation: Relation = "all"
    granted: frozenset[str] = frozenset()
    customer_id: str | None = None
    worker_id: str | None = None
    teams: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()

    @property
    def actor(self) -> str:
        """The name under which facts and idempotency keys are kept."""
        return self.subject

    @property
    def own_customer(self) -> str | None:
        """The customer to whose objects the caller is held; None when he is not held to one."""
        return self.customer_id if self.relation == "own" and "customer" in self.granted else None

    @property
    def own_worker(self) -> str | None:
        """The worker to whose objects the caller is held; None when he is not held to one."""
        return self.worker_id if self.relation == "own" and "technician" in self.granted else None

    def sees(self, owner: Owner) -> bool:
        """Whether the object is within what the route grants."""
        if self.relation == "all":
            return True
        of_customer = self.own_customer is not None and owner.customer == self.own_customer
        return of_customer or (self.own_worker is not None and self.own_worker in owner.workers)

    def must_see(self, owner: Owner) -> None:
        """NotFound when the object is not within what the route grants: foreign and missing are the same."""
        if not self.sees(owner):
            raise NotFound


async def _caller(request: Request) -> Caller:
    """Admitted by the route before anything else was read."""
    caller: Caller = request.state.caller
    return caller


CallerDep = Annotated[Caller, Depends(_caller)]
"""The caller of a route."""
