"""What invoicing and the ledger go by, as facts: the company, contracts, groups, taxes, accounts, rates and periods."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from libs.events.calendars import TimeZone
from libs.events.fact import Fact
from libs.events.reference import ReferenceFact, SearchFirst
from libs.events.types import (
    CurrencyCode,
    Day,
    Flag,
    Key,
    Name,
    PositiveNumber,
    UnsignedNumber,
    key_of,
    refuse,
)

PostingType = Literal["customer", "invoiced_revenue", "accrued_revenue_subscription", "wip_subscription", "tax"]
"""What an account is looked for: the receivable, and LED-02 as far as subscription fees go."""
MOST_KEYS = 100


def _keys(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_KEYS:
        raise refuse("invalid_value", f"a list of at most {MOST_KEYS} keys")
    found = tuple(key_of(each) for each in value)
    if len(set(found)) < len(found):
        raise refuse("duplicate_entry", "a key stands twice in the list")
    return found


def _percentage(value: Decimal) -> Decimal:
    if value > 100:
        raise refuse("percent_range", "at most 100")
    return value


Keys = Annotated[
    tuple[str, ...],
    PlainValidator(_keys),
    PlainSerializer(list),
    WithJsonSchema({"type": "array", "items": {"type": "string", "maxLength": 60}, "maxItems": MOST_KEYS}),
]
"""At most 100 keys, each once."""
Shares = Annotated[Mapping[Key, PositiveNumber], Field(min_length=1, max_length=MOST_KEYS)]
"""Percentages above zero by key: {"C-1001": "60", "C-1002": "40"}."""
RatesByDay = Annotated[
    Mapping[Day, Annotated[UnsignedNumber, AfterValidator(_percentage)]], Field(min_length=1, max_length=1000)
]
"""Percentages from 0 to 100, each from its day until the next: {"2021-01-01": "21"}."""


class CompanyRecorded(ReferenceFact):
    """The company whose books these are, and who issues invoices: there is one, under the key `main`.

    Ledger amounts are in `accounting_currency`, which stays; its days are those of `time_zone`.
    """

    company: Key
    name: Name
    accounting_currency: CurrencyCode
    time_zone: TimeZone


class ExchangeRateSet(ReferenceFact):
    """From a day on, one unit of `currency` is worth `rate` of the accounting currency. On a day counts the rate with
    the latest `effective_on` on or before it, and of those the one with the highest key."""

    exchange_rate: Key
    currency: CurrencyCode
    rate: PositiveNumber
    effective_on: Day


class ProjectContractRecorded(ReferenceFact):
    """Who pays for the projects of a contract, and how they are invoiced. Source: INV-05, INV-09, SPR-04.

    `funding`: customers, the funding sources, with percentages that add up to 100; the residual of a split goes to the
    last in order of keys. `tax_group` is a sales tax group, for projects without one of their own.
    """

    contract: Key
    name: Name
    currency: CurrencyCode
    funding: Shares
    tax_group: Key | None = None
    price_group: Key | None = None
    active: Flag = True


class ProjectGroupRecorded(ReferenceFact):
    """A group of projects. `search_first`: which axis varies slowest where accounts and line properties are searched
    (LED-01, LNP-02). `line_property` is the default of projects without one (LNP-04)."""

    project_group: Key
    name: Name
    search_first: SearchFirst = "project"
    line_property: Key | None = None


class CategoryGroupRecorded(ReferenceFact):
    """A group of categories, as searches of accounts and line properties know it."""

    category_group: Key
    name: Name


class PriceGroupRecorded(ReferenceFact):
    """A group that sales prices hold for: of a project, else of its contract, else of the customer. Source: SPR-04."""

    price_group: Key
    name: Name


class TaxCodeRecorded(ReferenceFact):
    """A tax and its percentages, whole: each holds from its day on. Before the first day nothing is due."""

    tax_code: Key
    name: Name
    rates: RatesByDay


class TaxGroupRecorded(ReferenceFact):
    """A sales tax group: the tax codes of a party. With an item tax group it gives those of a line. Source: INV-09.

    `inclusive`: amounts of its lines contain the tax.
    """

    tax_group: Key
    name: Name
    codes: Keys
    inclusive: Flag = False


class ItemTaxGroupRecorded(ReferenceFact):
    """The tax codes of what is sold. Categories and items name it as their `tax_group`. Source: INV-09."""

    item_tax_group: Key
    name: Name
    codes: Keys


class ScopeSet(ReferenceFact):
    """Where a row of a search counts: for a project, a project group or all projects, and for a category, a category
    group or all categories. A row that is not `active` is not searched."""

    project: Key | None = None
    project_group: Key | None = None
    category: Key | None = None
    category_group: Key | None = None
    active: Flag = True


class PostingProfileSet(ScopeSet):
    """The ledger account of a posting type in a scope. Source: LED-01, LED-02."""

    posting_profile: Key
    posting_type: PostingType
    account: Key


class LinePropertyRuleSet(ScopeSet):
    """The line property of lines in a scope. Source: LNP-02."""

    line_property_rule: Key
    line_property: Key


class LedgerPeriodRecorded(ReferenceFact):
    """A period of the ledger, both ends included. Nothing posts on a day of a closed one (ACC-11); a day that no period
    holds is open."""

    ledger_period: Key
    starts_on: Day
    ends_on: Day
    closed: Flag = False


FACTS: tuple[type[Fact], ...] = (
    CompanyRecorded,
    ExchangeRateSet,
    ProjectContractRecorded,
    ProjectGroupRecorded,
    CategoryGroupRecorded,
    PriceGroupRecorded,
    TaxCodeRecorded,
    TaxGroupRecorded,
    ItemTaxGroupRecorded,
    PostingProfileSet,
    LinePropertyRuleSet,
    LedgerPeriodRecorded,
)
