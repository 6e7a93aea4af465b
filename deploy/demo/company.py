"""The people of the story and how they talk to the services: over HTTP, each with a token and keys that never change."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.1


class Refused(RuntimeError):
    """A service said no to something that the story does."""


class Company:
    """The services by name. What was answered before is waited for: nobody reads older than his own words."""

    def __init__(self, addresses: Mapping[str, str], token: Callable[[str], str]) -> None:
        self.clients = {name: httpx.Client(base_url=address, timeout=15) for name, address in addresses.items()}
        self._token = token
        self._positions: dict[str, str] = {}

    def person(self, role: str) -> "Person":
        """Somebody with this role, signed in under the role's name."""
        return Person(self, self._token(role))

    def send(self, service: str, method: str, path: str, headers: Mapping[str, str], **content: Any) -> httpx.Response:
        """The answer, as soon as the service has heard what the story builds on. Refused for a no."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            waits = {"not-older-than": ", ".join(self._positions.values())} if self._positions else {}
            answer = self.clients[service].request(method, path, headers={**headers, **waits}, **content)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > until:
                break
            time.sleep(_PAUSE_SECONDS)
        if answer.is_error and answer.status_code != httpx.codes.PRECONDITION_FAILED:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text}")
        for position in filter(None, answer.headers.get("position", "").split(",")):
            self._positions[position.strip().rpartition(".")[0]] = position.strip()
        return answer

    def close(self) -> None:
        """Hangs up."""
        for client in self.clients.values():
            client.close()


class Person:
    """Somebody who puts records, gives commands and asks questions."""

    def __init__(self, company: Company, token: str) -> None:
        self._company = company
        self._token = {"authorization": f"Bearer {token}"}

    def puts(self, kind: str, key: str, **record: Any) -> None:
        """Puts a reference record, unless it is there: told again, the story changes nothing."""
        self.sets("reference", f"/v1/{kind}/{key}", **record)

    def sets(self, service: str, path: str, **content: Any) -> None:
        """Puts something of any service, unless it is there."""
        self._company.send(service, "PUT", path, {**self._token, "if-none-match": "*"}, json=content)

    def says(self, path: str, key: str, service: str = "order", **command: Any) -> Mapping[str, Any]:
        """Gives a command, to the order service where no other is named; `key` is its idempotency key, so that it
        happens once for ever."""
        headers = {**self._token, "idempotency-key": f"story {key}"}
        answer: Mapping[str, Any] = self._company.send(service, "POST", path, headers, json=command).json()
        return answer

    def asks(self, service: str, path: str, **query: Any) -> Any:
        """Asks a question."""
        return self._company.send(service, "GET", path, self._token, params=query).json()

    def asks_until(self, service: str, path: str, settled: Callable[[Any], bool], **query: Any) -> Any:
        """Asks until the answer is the one that is waited for. Refused when it never is."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while not settled(answer := self.asks(service, path, **query)):
            if time.monotonic() > until:
                raise Refused(f"GET {path} {query}: still {answer}")
            time.sleep(_PAUSE_SECONDS)
        return answer
