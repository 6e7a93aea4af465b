"""The OpenAPI documents: whole, without a loose end, and of every route that the policy knows."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from deploy.documents.pages import DOCS
from deploy.migrate.__main__ import SERVICES
from libs.runtime.auth.policy import FILE
from tests.contract.test_asyncapi import found, references

FILES = sorted((DOCS / "openapi").glob("*.json"))
POLICY: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text())
METHODS = ("get", "put", "post", "patch", "delete")


def test_every_service_has_one() -> None:
    assert [path.stem for path in FILES] == sorted(service.name for service in SERVICES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_is_whole(path: Path) -> None:
    document = json.loads(path.read_text())
    assert document["openapi"].startswith("3.1.")
    assert {"title", "version"} <= document["info"].keys()
    operations = {
        f"{method.upper()} {where}": operation
        for where, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }
    assert operations.keys() == POLICY[path.stem].keys()
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)
    for name, operation in operations.items():
        assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}, name
        assert operation["security"] == [{"token": []}], name
        assert ("requestBody" in operation) == (not name.startswith("GET")), name
    for reference in references(document):
        assert found(document, reference) is not None
    for schema in document.get("components", {}).get("schemas", {}).values():
        Draft202012Validator.check_schema(schema)
