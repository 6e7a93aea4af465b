"""Which tests hold which rule: read from the names and docstrings of test functions, as a page."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.documents.promised import PROMISED

_HEAD = """# Rules and their tests

Written by `python -m deploy.documents`; do not edit. A test holds a rule that its name or its docstring names. The first
table has the rules of the specification that agreements, stages, SLA clocks and subscriptions are built on; the second has
what other tests name.
"""
_CODE = re.compile(r"\b[A-Z]{3}-\d{2,3}\b|\bX\d+\b|\bsla trap \d+")
_SLA = re.compile(r"\bsla (\d+(?:(?:, | and )\d+)*)")
_IN_NAME = re.compile(r"_x(\d+)(?=_)")

Tests = Mapping[str, list[str]]
"""The tests of each rule: the path of their file and their name."""


class Unheld(Exception):
    """A rule that no test names."""


def rules(tests: Path) -> str:
    """The page. Unheld when a promised rule has no test."""
    held = held_by(tests)
    if missing := [rule for rule in PROMISED if rule not in held]:
        raise Unheld(f"no test names {', '.join(missing)}")
    promised = [f"| {rule} | {says} | {_listed(held[rule])} |" for rule, says in PROMISED.items()]
    others = [f"| {rule} | {_listed(held[rule])} |" for rule in sorted(held.keys() - PROMISED.keys(), key=_place)]
    return "\n".join(
        [_HEAD, "| rule | says | tests |", "|---|---|---|", *promised, "", "| rule | tests |", "|---|---|", *others, ""]
    )


def held_by(tests: Path) -> Tests:
    """The tests below a folder by the rules that they name."""
    found: dict[str, list[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for function in _functions(path):
            for rule in dict.fromkeys(named(function.name, ast.get_docstring(function) or "")):
                found.setdefault(rule, []).append(f"{path.relative_to(tests.parent)}::{function.name}")
    return found


def named(name: str, says: str) -> Iterator[str]:
    """The rules that a test's name and docstring name: AGR-01, X7, sla 4, sla trap 2."""
    yield from (f"X{number}" for number in _IN_NAME.findall(name))
    yield from _CODE.findall(says)
    for numbers in _SLA.findall(says):
        yield from (f"sla {number}" for number in re.findall(r"\d+", numbers))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def _listed(tests: list[str]) -> str:
    """By file, so that a rule with many tests can be read."""
    files: dict[str, list[str]] = {}
    for test in tests:
        path, _, name = test.partition("::")
        files.setdefault(path, []).append(name)
    return "<br>".join(
        f"[{path.removeprefix('tests/')}](../{path}): {', '.join(f'`{name}`' for name in names)}"
        for path, names in files.items()
    )


def _place(rule: str) -> tuple[str, int, str]:
    word, number = re.fullmatch(r"(.*?)(\d+)", rule).groups()  # type: ignore[union-attr]
    return word, int(number), rule
