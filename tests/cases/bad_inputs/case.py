"""A bad input as the file has it, what the system made of it, and whether that is what was wanted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.cases.verdicts import Verdict

SLOWEST_SECONDS = 1.0
_INSIDE = ("Traceback", "psycopg", "SQLSTATE", "pydantic", 'File "', "select ", "insert into")


class OutOfScope(Exception):
    """The case has no place in the system as it is; the sentence says why."""


@dataclass(frozen=True)
class Case:
    """One entry. `http_status` is a number, "same as first", or None for what is not HTTP."""

    id: str
    group: str
    api_type: str
    kind: str
    input: str
    expected_class: str
    http_status: int | str | None
    error_code: str
    why: str = ""

    @property
    def wanted(self) -> str:
        """What is wanted, in a few words."""
        return " ".join(str(part) for part in (self.expected_class, self.http_status, self.error_code) if part)

    @property
    def accepts(self) -> bool:
        """Whether the system may record something because of it."""
        return self.expected_class in ("accept_and_check", "replay")


@dataclass(frozen=True)
class Got:
    """What the system made of it: the status, the error code or the name of the check that held, and what else is
    wrong with it."""

    status: int | None
    error_code: str
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([*([str(self.status)] if self.status else []), self.error_code, *self.faults])


def read(file: Path) -> list[Case]:
    """The cases of a file; KeyError or TypeError when one has not the form."""
    entries: list[dict[str, Any]] = json.loads(file.read_text())["entries"]
    known = Case.__dataclass_fields__.keys()
    return [Case(**{name: value for name, value in entry.items() if name in known}) for entry in entries]


def judged(case: Case, got: Got) -> Verdict:
    """The verdict on what the system made of a case."""
    right = got.error_code == case.error_code and _has_status(case, got) and not got.faults
    return Verdict(case.id, "ok" if right else "failed", case.wanted, str(got))


def _has_status(case: Case, got: Got) -> bool:
    if case.accepts:
        return got.status is None or 200 <= got.status < 300
    return got.status == case.http_status


def refused(case: Case, answer: httpx.Response) -> Got:
    """An answer that is to be a problem document, with everything that a problem must and must not show."""
    document = _document(answer)
    faults = [*_faults_of_form(answer, document), *_faults_of_class(case, answer, document)]
    return Got(answer.status_code, str(document.get("error_code", "none")), tuple(faults))


def checked(answer: httpx.Response, check: str, *holds: bool) -> Got:
    """An answer that is to be a success of which more must hold."""
    if answer.is_success and all(holds):
        return Got(answer.status_code, check)
    return Got(answer.status_code, f"not_{check}", (answer.text[:200],))


def _document(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _faults_of_form(answer: httpx.Response, document: Mapping[str, Any]) -> list[str]:
    found = [f"shows {sign!r}" for sign in _INSIDE if sign in answer.text]
    if answer.headers.get("content-type") != "application/problem+json":
        found.append(f"is {answer.headers.get('content-type')}")
    if document.get("status") != answer.status_code:
        found.append("says another status than it has")
    if answer.headers.get("x-content-type-options") != "nosniff":
        found.append("may be sniffed")
    return found


def _faults_of_class(case: Case, answer: httpx.Response, document: Mapping[str, Any]) -> list[str]:
    """What a class of errors promises beside status and code."""
    wanted = {
        "unauthenticated": ("www-authenticate" in answer.headers, "has no challenge"),
        "rate_limited": ("retry-after" in answer.headers, "has no Retry-After"),
        "illegal_transition": (
            case.error_code != "illegal_transition" or {"state", "allowed"} <= document.keys(),
            "does not name state and actions",
        ),
        "version_conflict": (
            case.error_code != "version_conflict" or "current_version" in document,
            "does not name the present version",
        ),
        "validation": (
            case.kind == "scenario" or bool(document.get("errors")),
            "does not name the field",
        ),
    }
    holds, fault = wanted.get(case.expected_class, (True, ""))
    return [] if holds else [fault]
