"""What every operation's description says beside its own body: the headers, the token, and how a problem looks."""

from collections.abc import Set
from typing import Any

from fastapi import FastAPI

_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "error_code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "error_code": {"type": "string"},
        "reason": {"type": "string"},
        "state": {"type": "string"},
        "allowed": {"type": "array", "items": {"type": "string"}},
        "current_version": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["error_code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "error_code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {"description": "A problem", "content": {"application/problem+json": {"schema": _PROBLEM_SCHEMA}}}
}


class DescribedApp(FastAPI):
    """FastAPI whose description names the token."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        document = super().openapi()
        bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        document.setdefault("components", {})["securitySchemes"] = {"token": bearer}
        return document


def described(methods: Set[str]) -> dict[str, Any]:
    """What the front adds to a route of these methods."""
    headers = [_header("Not-Older-Than", "Position headers of earlier answers, separated by commas.")]
    if "POST" in methods:
        headers.append(_header("Idempotency-Key", "Names the request; the same key gets the same answer.", True))
    if methods & {"POST", "PUT", "PATCH", "DELETE"}:
        headers.append(_header("If-Match", "The ETag of the version that is to be changed."))
        headers.append(_header("If-None-Match", "* when it is to be new."))
    return {"parameters": headers, "security": [{"token": []}]}


def _header(name: str, description: str, required: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }
