"""The kinds of records: their path, the fact that holds one, its key and what it refers to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from libs.events import reference as says
from libs.events import reference_money as money
from libs.events.fact import Fact
from libs.kernel.ids import natural_id


@dataclass(frozen=True)
class Kind:
    """One kind of record. `key` is the field that holds the owner's key, and names the kind in ids; `refers` maps
    fields to the kind they name: a field holds one key or several, or shares by key."""

    path: str
    fact: type[Fact]
    key: str
    refers: Mapping[str, str] = field(default_factory=dict)

    def stream_id(self, key: str) -> str:
        """The stream of the record with this key. Source: contracts 4."""
        return natural_id(self.key, key)

    def named(self, record: Fact) -> Mapping[str, Collection[str]]:
        """The streams that the record refers to, by the field that names them."""
        return {
            field: [KINDS[other].stream_id(key) for key in _keys(getattr(record, field))]
            for field, other in self.refers.items()
        }


def _keys(value: str | Collection[str] | None) -> Collection[str]:
    return [value] if isinstance(value, str) else value or ()


_PRICED = {"project": "project", "worker": "worker", "category": "category"}
_SCOPED = {each: each for each in ("project", "project_group", "category", "category_group")}
_PROJECT = {each: each for each in ("customer", "line_property", "contract", "project_group", "price_group")}
_CONTRACT = {"funding": "customer", "tax_group": "tax_group", "price_group": "price_group"}

KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("customers", says.CustomerRecorded, "customer", {"price_group": "price_group"}),
        Kind("workers", says.WorkerRecorded, "worker"),
        Kind("projects", says.ProjectRecorded, "project", _PROJECT),
        Kind("categories", says.CategoryRecorded, "category", {"category_group": "category_group"}),
        Kind("line-properties", says.LinePropertyRecorded, "line_property"),
        Kind("cost-prices", says.CostPriceSet, "cost_price", _PRICED),
        Kind("sales-prices", says.SalesPriceSet, "sales_price", _PRICED),
        Kind("items", says.ItemPriced, "item"),
        Kind("calendars", says.CalendarRecorded, "calendar"),
        Kind("companies", money.CompanyRecorded, "company"),
        Kind("exchange-rates", money.ExchangeRateSet, "exchange_rate"),
        Kind("contracts", money.ProjectContractRecorded, "contract", _CONTRACT),
        Kind("project-groups", money.ProjectGroupRecorded, "project_group", {"line_property": "line_property"}),
        Kind("category-groups", money.CategoryGroupRecorded, "category_group"),
        Kind("price-groups", money.PriceGroupRecorded, "price_group"),
        Kind("tax-codes", money.TaxCodeRecorded, "tax_code"),
        Kind("tax-groups", money.TaxGroupRecorded, "tax_group", {"codes": "tax_code"}),
        Kind("item-tax-groups", money.ItemTaxGroupRecorded, "item_tax_group", {"codes": "tax_code"}),
        Kind("posting-profiles", money.PostingProfileSet, "posting_profile", _SCOPED),
        Kind(
            "line-property-rules",
            money.LinePropertyRuleSet,
            "line_property_rule",
            {**_SCOPED, "line_property": "line_property"},
        ),
        Kind("ledger-periods", money.LedgerPeriodRecorded, "ledger_period"),
    )
}
"""The kinds by the name of their key."""
