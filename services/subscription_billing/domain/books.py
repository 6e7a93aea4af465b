"""What invoicing and the ledger go by, as it stands: projects, contracts, taxes, accounts, rates, ledger periods."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from libs.events import reference
from libs.events import reference_money as money
from libs.events.fact import Fact
from libs.kernel.decider import Rejected
from libs.kernel.period import Period
from libs.rules.combinations import First, Place, Row, line_property_of, searched
from libs.rules.exchange import ExchangeRate, rate_on
from libs.rules.ledger_periods import LedgerPeriod, closed_by
from libs.rules.tax_codes import codes_of_line, percentage_on
from services.subscription_billing.domain.fees.planning import Surroundings

KEYS: Mapping[type[Fact], str] = {
    reference.ProjectRecorded: "project",
    reference.CategoryRecorded: "category",
    reference.LinePropertyRecorded: "line_property",
    money.CompanyRecorded: "company",
    money.ProjectContractRecorded: "contract",
    money.ProjectGroupRecorded: "project_group",
    money.TaxCodeRecorded: "tax_code",
    money.TaxGroupRecorded: "tax_group",
    money.ItemTaxGroupRecorded: "item_tax_group",
    money.PostingProfileSet: "posting_profile",
    money.LinePropertyRuleSet: "line_property_rule",
    money.ExchangeRateSet: "exchange_rate",
    money.LedgerPeriodRecorded: "ledger_period",
}
"""The records that the books are made of, and the field that holds each one's key."""

POSTING_TYPES: tuple[money.PostingType, ...] = get_args(money.PostingType)


@dataclass(frozen=True)
class Books:
    """The records by class and key."""

    records: Mapping[type[Fact], Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Fact]) -> "Books":
        """The books that these records come to."""
        found: dict[type[Fact], dict[str, Any]] = {kind: {} for kind in KEYS}
        for record in records:
            found[type(record)][getattr(record, KEYS[type(record)])] = record
        return cls(found)

    def _get(self, kind: type[Any], key: str | None) -> Any:
        return self.records.get(kind, {}).get(key) if key is not None else None

    def _all(self, kind: type[Any]) -> list[Any]:
        return list(self.records.get(kind, {}).values())

    @property
    def company(self) -> money.CompanyRecorded:
        """The company whose books these are. Refuses `company_missing`."""
        found = self._all(money.CompanyRecorded)
        if not found:
            raise Rejected.state("company_missing", "no company is set up: nobody knows the accounting currency")
        company: money.CompanyRecorded = found[0]
        return company

    def rate(self, currency: str, on: date) -> Decimal:
        """What a unit of the currency is worth in the accounting currency on a day. Refuses `rate_missing`."""
        rates = (
            ExchangeRate(record.exchange_rate, record.currency, record.rate, record.effective_on)
            for record in self._all(money.ExchangeRateSet)
        )
        found = rate_on(rates, currency, self.company.accounting_currency, on)
        if found is None:
            raise Rejected.state("rate_missing", f"there is no exchange rate of {currency} on {on}")
        return found

    def closed(self, on: date) -> bool:
        """Whether the ledger takes nothing on a day any more. Source: ACC-11."""
        periods = (
            LedgerPeriod(Period.closed(record.starts_on, record.ends_on), record.closed)
            for record in self._all(money.LedgerPeriodRecorded)
        )
        return closed_by(periods, on) is not None

    def around(self, project_key: str, category_key: str) -> Surroundings:
        """What fees of a project and a category go by. Source: FEE-11, FEE-13, INV-05, INV-09, LNP-02."""
        project: reference.ProjectRecorded | None = self._get(reference.ProjectRecorded, project_key)
        category: reference.CategoryRecorded | None = self._get(reference.CategoryRecorded, category_key)
        if project is None or category is None:
            return Surroundings()
        contract: money.ProjectContractRecorded | None = self._get(money.ProjectContractRecorded, project.contract)
        line_property = self._line_property(project, category)
        record: reference.LinePropertyRecorded | None = self._get(reference.LinePropertyRecorded, line_property)
        return Surroundings(
            project_type=project.type,
            project_active=project.active,
            contract=project.contract,
            funding=contract.funding if contract else None,
            tax_group=project.tax_group or (contract.tax_group if contract else None),
            item_tax_group=category.tax_group,
            line_property=line_property if record else None,
            chargeable=record.chargeable if record else False,
        )

    def _line_property(self, project: reference.ProjectRecorded, category: reference.CategoryRecorded) -> str | None:
        group: money.ProjectGroupRecorded | None = self._get(money.ProjectGroupRecorded, project.project_group)
        first: First = project.search_first or (group.search_first if group else "project")
        rules = self._all(money.LinePropertyRuleSet)
        rows = [_row(rule.line_property_rule, rule.line_property, rule) for rule in rules if rule.active]
        default = group.line_property if group else None
        return line_property_of(rows, _place(project, category), first, project.line_property, default)

    def accounts(self, project_key: str, category_key: str) -> dict[money.PostingType, str]:
        """The account of each posting type that has one, for a project and a category. Source: LED-01, LED-02."""
        project: reference.ProjectRecorded | None = self._get(reference.ProjectRecorded, project_key)
        category: reference.CategoryRecorded | None = self._get(reference.CategoryRecorded, category_key)
        if project is None or category is None:
            return {}
        group: money.ProjectGroupRecorded | None = self._get(money.ProjectGroupRecorded, project.project_group)
        first: First = group.search_first if group else "project"
        profiles = [profile for profile in self._all(money.PostingProfileSet) if profile.active]
        found: dict[money.PostingType, str] = {}
        for kind in POSTING_TYPES:
            rows = [_row(each.posting_profile, each.account, each) for each in profiles if each.posting_type == kind]
            account = searched(rows, _place(project, category), first)
            if account is not None:
                found[kind] = account
        return found

    def taxes(self, tax_group: str | None, item_tax_group: str | None, on: date) -> tuple[tuple[str, Decimal], ...]:
        """The tax codes of a line with their percentages on a day. Source: INV-09."""
        sales: money.TaxGroupRecorded | None = self._get(money.TaxGroupRecorded, tax_group)
        item: money.ItemTaxGroupRecorded | None = self._get(money.ItemTaxGroupRecorded, item_tax_group)
        codes = codes_of_line(sales.codes if sales else None, item.codes if item else None)
        records = ((code, self._get(money.TaxCodeRecorded, code)) for code in codes)
        return tuple((code, percentage_on(record.rates, on)) for code, record in records if record is not None)

    def inclusive(self, tax_group: str | None) -> bool:
        """Whether amounts of the group contain the tax. Source: INV-09."""
        sales: money.TaxGroupRecorded | None = self._get(money.TaxGroupRecorded, tax_group)
        return sales is not None and sales.inclusive


def _place(project: reference.ProjectRecorded, category: reference.CategoryRecorded) -> Place:
    return Place(project.project, category.category, project.project_group, category.category_group)


def _row(key: str, value: str, scope: money.ScopeSet) -> Row:
    return Row(key, value, scope.project, scope.project_group, scope.category, scope.category_group)
