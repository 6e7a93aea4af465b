"""Every library that the tree imports is declared, and what runs in production is declared for production."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import ROOMS, ROOT, parse, place, python_files

PRODUCTION = ("libs", "services", "examples", "deploy")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OWN = {*ROOMS, *sys.stdlib_module_names}


@cache
def distributions() -> dict[str, list[str]]:
    return {name: [canonicalize_name(found) for found in owners] for name, owners in _owners()}


def _owners() -> Iterable[tuple[str, list[str]]]:
    return metadata.packages_distributions().items()


def provided(requirements: Iterable[str]) -> Iterator[str]:
    """The distributions that these requirements name, with those that their extras name."""
    for requirement in map(Requirement, requirements):
        yield canonicalize_name(requirement.name)
        for needed in map(Requirement, metadata.requires(requirement.name) or ()):
            if needed.marker and any(needed.marker.evaluate({"extra": extra}) for extra in requirement.extras):
                yield canonicalize_name(needed.name)


def imported(text: str) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    found = set[str]()
    for node in ast.walk(parse(text)):
        match node:
            case ast.Import(names=names):
                found.update(name.name.partition(".")[0] for name in names)
            case ast.ImportFrom(module=str(module), level=0):
                found.add(module.partition(".")[0])
            case _:
                pass
    return found - OWN


def undeclared(text: str, declared: set[str]) -> set[str]:
    return {name for name in imported(text) if not declared & set(distributions().get(name, [name]))}


FOR_PRODUCTION = set(provided(PROJECT["dependencies"]))
FOR_ALL = FOR_PRODUCTION | set(provided(PROJECT["optional-dependencies"]["dev"]))


@pytest.mark.parametrize("room", ROOMS)
def test_everything_imported_is_declared(room: str) -> None:
    declared = FOR_PRODUCTION if room in PRODUCTION else FOR_ALL
    found = {place(path): undeclared(path.read_text(), declared) for path in python_files(room)}
    assert {path: names for path, names in found.items() if names} == {}


def test_everything_declared_is_locked() -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    declared = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    assert {canonicalize_name(Requirement(each).name) for each in declared} - locked == set()


def test_every_pin_has_a_hash_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.split(r"^(?=[a-z0-9-]+==)", lock, flags=re.MULTILINE)[1:]
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []
    assert [line for line in lock.splitlines() if "://" in line or line.startswith("-")] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import attr", {"attr"}),
        ("from attr.validators import in_", {"attr"}),
        ("def late():\n    import never_heard_of", {"never_heard_of"}),
        ("import json, pydantic.types\nfrom libs.kernel import ids\nfrom . import here", set()),
        ("import psycopg_pool  # by way of the extra psycopg[pool]", set()),
    ],
)
def test_an_undeclared_import_is_found(text: str, found: set[str]) -> None:
    assert undeclared(text, FOR_ALL) == found


def test_a_tool_of_development_does_not_count_for_production() -> None:
    assert undeclared("import yaml", FOR_PRODUCTION) == {"yaml"}
    assert undeclared("import yaml", FOR_ALL) == set()
