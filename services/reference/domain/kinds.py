"""The kinds of records: their path, the fact that holds one, its key and what it refers to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from libs.events import reference as says
from libs.events.fact import Fact
from libs.kernel.ids import natural_id


@dataclass(frozen=True)
class Kind:
    """One kind of record. `key` is the field that holds the owner's key, and names the kind in ids; `refers` maps
    fields to the kind they name."""

    path: str
    fact: type[Fact]
    key: str
    refers: Mapping[str, str] = field(default_factory=dict)

    def stream_id(self, key: str) -> str:
        """The stream of the record with this key. Source: contracts 4."""
        return natural_id(self.key, key)


_PRICED = {"project": "project", "worker": "worker", "category": "category"}

KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("customers", says.CustomerRecorded, "customer"),
        Kind("workers", says.WorkerRecorded, "worker"),
        Kind("projects", says.ProjectRecorded, "project", {"customer": "customer", "line_property": "line_property"}),
        Kind("categories", says.CategoryRecorded, "category"),
        Kind("line-properties", says.LinePropertyRecorded, "line_property"),
        Kind("cost-prices", says.CostPriceSet, "cost_price", _PRICED),
        Kind("sales-prices", says.SalesPriceSet, "sales_price", _PRICED),
        Kind("items", says.ItemPriced, "item"),
        Kind("calendars", says.CalendarRecorded, "calendar"),
    )
}
"""The kinds by the name of their key."""
