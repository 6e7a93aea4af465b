"""The OpenAPI documents of the services, as their applications describe themselves; no server is asked for them."""

from typing import Any

from libs.runtime.service import Parts, Service
from libs.runtime.settings import ServiceSettings
from libs.runtime.store import FactStore

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def parts_of_nothing() -> Parts:
    """What a service is put together from when nobody will ask it anything: a store that was never connected."""
    settings = ServiceSettings(database_url=NOWHERE, token_keys_file="keys.json", mode="development")  # noqa: S106 - a name
    return Parts(FactStore.__new__(FactStore), settings, set())


def document(service: Service) -> dict[str, Any]:
    """The document of one service."""
    described: dict[str, Any] = service.api(parts_of_nothing()).openapi()
    return described
