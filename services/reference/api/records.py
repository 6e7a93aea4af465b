"""Records by PUT and GET: the same three routes for every kind."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import create_model
from starlette.responses import Response

from libs.events.fact import Fact
from libs.events.types import Key
from libs.runtime.faults import NotFound
from libs.runtime.http.answers import list_answer, stream_answer
from libs.runtime.http.bodies import CommandBody, PageQuery
from libs.runtime.http.call import CallDep, Resource, answer
from libs.runtime.http.cursors import Cursors
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.store import FactStore
from services.reference.application import listed, put_of, recorded
from services.reference.domain.kinds import KINDS, Kind
from services.reference.domain.records import Recorded, State, record

Endpoint = Callable[..., Awaitable[Response]]


def record_routes(store: FactStore) -> APIRouter:
    """PUT and GET /v1/<kind>/{key}, and GET /v1/<kind>, for every kind."""
    router = routes()
    for kind in KINDS.values():
        path, one = f"/{kind.path}", f"/{kind.path}/{{key}}"
        router.add_api_route(one, _put(store, kind), methods=["PUT"], name=f"Put {kind.key}", tags=[kind.path])
        router.add_api_route(one, _get(store, kind), methods=["GET"], name=f"Get {kind.key}", tags=[kind.path])
        router.add_api_route(path, _list(store, kind), methods=["GET"], name=f"List {kind.path}", tags=[kind.path])
    return router


def body_of(kind: Kind) -> type[CommandBody]:
    """The body that puts a record: the fact's fields but the key, which stands in the path."""
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in kind.fact.model_fields.items() if name != kind.key
    }
    return create_model(f"Put{kind.fact.__name__}", __base__=CommandBody, **fields)


def _put(store: FactStore, kind: Kind) -> Endpoint:
    resource = Resource(f"/v1/{kind.path}", record, _shown(kind))

    async def put(call: CallDep, key: Key, body: Any) -> Response:
        fact = kind.fact(**{kind.key: key, **{name: getattr(body, name) for name in body_fields}})
        command = await put_of(store, kind, fact)
        return await answer(call, resource, kind.stream_id(key), command, 201 if call.creates else 200)

    body_fields = [name for name in kind.fact.model_fields if name != kind.key]
    put.__annotations__ |= {"call": CallDep, "body": body_of(kind), "return": Response}
    return put


def _get(store: FactStore, kind: Kind) -> Endpoint:
    async def get(key: Key) -> Response:
        version, fact = await recorded(store, kind, key)
        if fact is None:
            raise NotFound
        return stream_answer(kind.stream_id(key), version, _content(fact))

    return get


def _list(store: FactStore, kind: Kind) -> Endpoint:
    async def list_records(query: Annotated[PageQuery, Query()], cursors: CursorsDep) -> Response:
        after = cursors.read(kind.path, query.cursor)[0] if query.cursor else ""
        found = await listed(store, kind, after, query.limit)
        items = [{"version": version, **_content(fact)} for version, fact in found[: query.limit]]
        return list_answer(items, _following(cursors, kind, found, query.limit))

    return list_records


def _following(cursors: Cursors, kind: Kind, found: list[tuple[int, Fact]], limit: int) -> str | None:
    more = len(found) > limit
    return cursors.write(kind.path, [getattr(found[limit - 1][1], kind.key)]) if more else None


def _shown(kind: Kind) -> Callable[[State], Mapping[str, Any]]:
    def shown(state: State) -> Mapping[str, Any]:
        key = getattr(state.record, kind.key) if isinstance(state, Recorded) else None
        return {"number": key, "state": type(state).__name__.lower()}

    return shown


def _content(fact: Fact) -> Mapping[str, Any]:
    return fact.model_dump(mode="json", exclude_none=True)
