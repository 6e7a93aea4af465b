"""What each role may do: one file, read and checked at start; what it does not name is refused."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from libs.runtime.auth.caller import ROLES, Caller
from libs.runtime.http.problems import Refused

FILE = Path(__file__).with_name("policy.toml")
HELD_TO_OWN = {"technician", "customer"}
"""Roles that may be granted their own objects only; the others have none of their own."""

Line = Mapping[str, str]


class PolicyDoesNotFit(RuntimeError):
    """The policy names what is not there, or does not name what is there: the service must not start."""


@dataclass(frozen=True)
class Policy:
    """The policy of one service: "POST /v1/orders" -> {role: "all" or "own"}."""

    service: str
    lines: Mapping[str, Line]

    def check(self, routes: Iterable[str]) -> None:
        """PolicyDoesNotFit unless every route has a line and every line a route."""
        served = set(routes)
        missing, surplus = sorted(served - set(self.lines)), sorted(set(self.lines) - served)
        if missing or surplus:
            raise PolicyDoesNotFit(f"{self.service}: routes without a line {missing}, lines without a route {surplus}")

    def grant(self, route: str, caller: Caller) -> Caller:
        """The caller with what this route grants; the widest of his roles counts. Refused with role (403), or with
        service_scope (403) when only the role `service` would grant it and the token lacks the scope for it."""
        line = self.lines.get(route, {})
        granted = caller.roles & line.keys()
        if not granted:
            raise Refused(403, "role", "The caller's roles do not allow this.")
        if granted == {"service"} and self._scope(route) not in caller.scopes:
            raise Refused(403, "service_scope", "The token's scope does not allow this.")
        everything = frozenset(role for role in granted if line[role] == "all")
        if everything:
            return replace(caller, relation="all", granted=everything)
        return replace(caller, relation="own", granted=frozenset(granted))

    def _scope(self, route: str) -> str:
        return scope_of(self.service, reads=route.startswith("GET "))


def scope_of(service: str, *, reads: bool) -> str:
    """The scope that a token of the role `service` needs: order.read or order.write."""
    return f"{service}.{'read' if reads else 'write'}"


def policy_of(service: str, path: Path = FILE) -> Policy:
    """The lines of one service. PolicyDoesNotFit when the file holds what is not understood, of any service."""
    policies = {name: _checked(name, lines) for name, lines in tomllib.loads(path.read_text()).items()}
    if service not in policies:
        raise PolicyDoesNotFit(f"{service} has no policy")
    return policies[service]


def _checked(service: str, lines: Any) -> Policy:
    for route, line in lines.items():
        if not isinstance(line, dict) or not line:
            raise PolicyDoesNotFit(f"{service}: {route} grants nothing")
        for role, relation in line.items():
            if role not in ROLES:
                raise PolicyDoesNotFit(f"{service}: {route} names {role}, which is no role")
            if relation not in ("all", "own") or (relation == "own" and role not in HELD_TO_OWN):
                raise PolicyDoesNotFit(f"{service}: {route} grants {relation!r} to {role}")
    return Policy(service, lines)
