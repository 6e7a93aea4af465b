"""What cannot be true of the records that invoicing and the ledger go by."""

from libs.events import reference_money as says
from libs.events.fact import Fact
from libs.kernel.decider import Rejected

COMPANY = "main"
"""The key of the one company."""


def check_money(record: Fact) -> None:
    """Refuses what cannot be true; a record of another kind passes."""
    match record:
        case says.CompanyRecorded(company=key) if key != COMPANY:
            raise Rejected.value("one_company", f"There is one company; its key is {COMPANY}.", field="/company")
        case says.ProjectContractRecorded(funding=funding) if sum(funding.values()) != 100:
            raise Rejected.value("funding_not_whole", "The shares of a contract add up to 100.", field="/funding")
        case says.ScopeSet() as row:
            _check_scope(row)
        case says.LedgerPeriodRecorded(starts_on=first, ends_on=last) if last < first:
            raise Rejected.value("period_reversed", f"{last} is before {first}", field="/ends_on")
        case _:
            pass


def _check_scope(row: says.ScopeSet) -> None:
    """One place on each axis: an object, a group or all. Source: LED-01, LNP-02."""
    for one, group in (("project", "project_group"), ("category", "category_group")):
        if getattr(row, one) and getattr(row, group):
            raise Rejected.value("scope_twice", f"A row is for a {one} or for a group, not both.", field=f"/{group}")
