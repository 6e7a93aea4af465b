"""What may stand in no file: names that say nothing, floats, swallowed errors, naps, addresses of machines."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, files, parse, place, python_files

SAYS_NOTHING = {"utils", "helpers", "common", "misc", "manager", "base_service", "models"}
EXACT = ("libs/kernel", "libs/rules", "services", "examples")
NAPS = {"time": {"sleep"}, "asyncio": {"sleep"}, "anyio": {"sleep"}}
LOGS = {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"}

# Package registries, folders of somebody's machine, keys.
PRIVATE = re.compile(
    r"""
      \b[\w.-]*(?:pypi|python[h]osted|artifactory|nexus|npmjs|crates|repo\d?[.]maven)[\w.-]*\.(?:org|com|io|net|dev)\b
    | (?<![\w.$}/-])/(?:work|root|home|Users|mnt|opt/wheels)/\w
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY
    | ://[^/\s:@${}]+:[^/\s@${}]+@
    """,
    re.VERBOSE,
)


def banned_names(path: Path) -> list[str]:
    return [part for part in (*path.parts[:-1], path.stem) if part in SAYS_NOTHING]


def floats(text: str) -> Iterator[int]:
    """Lines with a conversion to float or with float in an annotation; asking whether something is one is allowed."""
    for node in ast.walk(parse(text)):
        match node:
            case ast.Call(func=ast.Name(id="float")):
                yield node.lineno
            case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.expr() as annotation):
                yield from mentions_float(annotation)
            case ast.FunctionDef(returns=ast.expr() as returns) | ast.AsyncFunctionDef(returns=ast.expr() as returns):
                yield from mentions_float(returns)
            case _:
                pass


def mentions_float(annotation: ast.expr) -> Iterator[int]:
    for node in ast.walk(annotation):
        match node:
            case ast.Name(id="float"):
                yield node.lineno
            case ast.Constant(value=str(quoted)) if re.search(r"\bfloat\b", quoted):
                yield node.lineno
            case _:
                pass


def swallowed(text: str) -> Iterator[int]:
    """Lines of handlers that do nothing with the error but forget it, or write it to a log and go on."""
    for node in ast.walk(parse(text)):
        if isinstance(node, ast.ExceptHandler) and all(map(forgets, node.body)):
            yield node.lineno


def forgets(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name))):
            return name in LOGS
        case _:
            return False


def naps(text: str) -> Iterator[int]:
    """Lines that sleep, however the name was imported."""
    for node in ast.walk(parse(text)):
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if name in NAPS.get(module, ()):
                yield node.lineno
            case ast.ImportFrom(module=str(module), names=names) if NAPS.get(module, set()) & {n.name for n in names}:
                yield node.lineno
            case _:
                pass


def private(text: str) -> Iterator[int]:
    for number, line in enumerate(text.splitlines(), 1):
        if PRIVATE.search(line):
            yield number


def findings(look: Callable[[str], Iterator[int]], paths: list[Path]) -> list[str]:
    return [f"{place(path)}:{line}" for path in paths for line in look(path.read_text(errors="replace"))]


def test_every_name_says_something() -> None:
    assert [place(path) for path in python_files() if banned_names(path.relative_to(ROOT))] == []


def test_money_and_quantities_are_never_floats() -> None:
    assert findings(floats, python_files(*EXACT)) == []


def test_no_error_is_swallowed() -> None:
    assert findings(swallowed, python_files()) == []


def test_no_test_sleeps() -> None:
    waiting = ROOT / "tests/support/eventually.py"
    assert findings(naps, [path for path in python_files("tests") if path != waiting]) == []


def test_no_file_names_a_registry_a_machine_or_a_secret() -> None:
    assert findings(private, files()) == []


@pytest.mark.parametrize("name", ["libs/utils.py", "services/order/helpers/text.py", "tests/common/a.py"])
def test_a_name_that_says_nothing_is_found(name: str) -> None:
    assert banned_names(Path(name))
    assert banned_names(Path("services/order/domain/pricing.py")) == []


@pytest.mark.parametrize(
    ("look", "text"),
    [
        (floats, "x = float('1')"),
        (floats, "def price(of: float): ..."),
        (floats, "def price() -> dict[str, float]: ..."),
        (floats, "price: 'float | None' = None"),
        (swallowed, "try: f()\nexcept KeyError: pass"),
        (swallowed, "try: f()\nexcept KeyError: ..."),
        (swallowed, "try: f()\nexcept KeyError:\n    log.exception('no')"),
        (swallowed, "try: f()\nexcept KeyError:\n    print('no')\n    pass"),
        (naps, "import time\ntime.sleep(1)"),
        (naps, "import asyncio\nasync def f(): await asyncio.sleep(1)"),
        (naps, "from time import sleep"),
        (private, "index = https://" + "pypi" + ".org/simple"),
        (private, "see " + "/ho" + "me/somebody/x"),
        (private, "-----BEGIN RSA " + "PRIVATE KEY-----"),
        (private, "postgresql://me:" + "secret@server/db"),
    ],
)
def test_a_violation_is_found(look: Callable[[str], Iterator[int]], text: str) -> None:
    assert list(look(text))


@pytest.mark.parametrize(
    ("look", "text"),
    [
        (floats, "if isinstance(x, float): raise ValueError('not exact')"),
        (swallowed, "try: f()\nexcept KeyError:\n    log.info('again')\n    raise"),
        (swallowed, "try: f()\nexcept KeyError:\n    x = None"),
        (naps, "await eventually(lambda: done)"),
        (private, "postgresql://me:${PASSWORD}@server/db, built from /app/libs, as PyPI has it"),
    ],
)
def test_what_is_allowed_is_not_found(look: Callable[[str], Iterator[int]], text: str) -> None:
    assert list(look(text)) == []
