"""Those who bill subscriptions: the clerk asks for fees and proposals, the manager posts and earns what is due.

A run is asked for over HTTP and goes on by itself; what it made is waited for, in the lists that later runs look at.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy.demo.company import Person

BILLING = "subscription_billing"
Item = Mapping[str, Any]


class Clerk:
    """The subscription clerk with the manager at hand."""

    def __init__(self, clerk: Person, manager: Person) -> None:
        self._clerk, self._manager = clerk, manager

    def opens(self, key: str, on: str, **terms: Any) -> str:
        """A new subscription that receives fees; answers its id."""
        at = f"{on}T08:00:00Z"
        opened = self._clerk.says("/v1/subscriptions", f"{key} subscription", BILLING, **terms, at=at)
        self.tells(opened["id"], key, "activate", at=at)
        return str(opened["id"])

    def tells(self, subscription: str, key: str, command: str, **said: Any) -> None:
        """Something becomes of a subscription."""
        self._clerk.says(f"/v1/subscriptions/{subscription}/{command}", f"{key} {command}", BILLING, **said)

    def adjusts(self, fee: str, key: str, command: str, **said: Any) -> None:
        """Something becomes of a fee."""
        self._clerk.says(f"/v1/fees/{fee}/{command}", f"{key} {command}", BILLING, **said)

    def bills(self, key: str, code: str, first: str, last: str, **asked: Any) -> Mapping[str, str]:
        """A fee run over some days; answers its fees, by subscription and first day."""
        days = {"from": first, "to": last}
        run = self._runs(self._clerk, "fee-runs", key, **{"kind": "regular", "code": code, "days": days, **asked})
        fees = self._listed("fees", run["created"], run=run["id"])
        return {f"{fee['subscription']} {fee['first']}": fee["id"] for fee in fees}

    def invoices(self, on: str) -> None:
        """Proposals of everything that is open or to be credited, each posted on the day: one for each contract."""
        asked = {"method": "both", "invoice_date": on}
        run = self._runs(self._clerk, "proposal-runs", f"invoices {on}", **asked)
        for number, proposal in enumerate(self._listed("invoice-proposals", run["proposals"], run=run["id"]), 1):
            path = f"/v1/invoice-proposals/{proposal['id']}/post"
            self._manager.says(path, f"invoices {on} post {number}", BILLING)

    def earns(self, *days: str) -> None:
        """Accrual runs: what ends by each day is earned on it."""
        for day in days:
            self._runs(self._manager, "accrual-runs", f"earned {day}", code="MONTH", posting_date=day)

    def waits_for_fees(self, count: int, **asked: str) -> Sequence[Item]:
        """So many fees are there: what the service does by itself is done."""
        return self._listed("fees", count, **asked)

    def _runs(self, person: Person, runs: str, key: str, **asked: Any) -> Item:
        """Asks for a run and waits for its end."""
        begun = person.says(f"/v1/{runs}", f"{runs} {key}", BILLING, **asked)
        path = f"/v1/{runs}/{begun['id']}"
        run: Item = person.asks_until(BILLING, path, lambda run: run["state"] == "completed")
        return {**run, "id": begun["id"]}

    def _listed(self, things: str, count: int, **asked: str) -> Sequence[Item]:
        """A list, once it has so many items."""
        told = self._clerk.asks_until(BILLING, f"/v1/{things}", lambda found: len(found["items"]) == count, **asked)
        items: Sequence[Item] = told["items"]
        return items
