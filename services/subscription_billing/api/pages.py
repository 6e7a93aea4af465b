"""One page of a list: rows in one order, behind a cursor."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from libs.runtime.http.answers import list_answer
from libs.runtime.http.bodies import PageQuery
from libs.runtime.http.cursors import Cursors
from libs.runtime.queries import rows
from libs.runtime.store import FactStore


async def page(
    store: FactStore,
    cursors: Cursors,
    query: PageQuery,
    asked: Callable[[Sequence[Any], int], Any],
    order: Sequence[str],
) -> Response:
    """The rows that `asked` gives behind a place, so many at most; `order` names the columns that a place is made of."""
    of = f"{type(query).__name__} {query.model_dump_json(exclude={'cursor', 'limit'})}"
    after = cursors.read(of, query.cursor) if query.cursor else []
    found = await rows(store, asked(after, query.limit + 1))
    following = (
        cursors.write(of, [found[query.limit - 1][name] for name in order]) if len(found) > query.limit else None
    )
    return list_answer([_item(row) for row in found[: query.limit]], following)


def _item(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
