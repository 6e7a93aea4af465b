"""Hard stops on sizes; the medians and nine-tenths are printed, so that a drift is seen before it stops anyone."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOMS, ROOT, files, functions, parse, place, python_files

FILE, FUNCTION, MAIN, DECISION, README = 300, 40, 80, 40, 120
EXEMPT = frozenset[str]()  # `path::function` of compiled kernels, which cannot be taken apart


def lines(text: str) -> int:
    return len(text.splitlines())


def longest_allowed(path: Path) -> int | None:
    """The most lines that a file of this name may have, or None where any number will do."""
    match path.name, path.suffix:
        case "main.py", _:
            return MAIN
        case "README.md", _:
            return README
        case name, ".md" if "decisions" in path.parts and name[:4].isdigit():
            return DECISION
        case _, ".py":
            return FILE
        case _:
            return None


def too_long(path: Path, text: str) -> list[str]:
    limit = longest_allowed(path)
    return [f"{path}: {lines(text)} lines, {limit} allowed"] if limit is not None and lines(text) > limit else []


def long_functions(path: Path, text: str) -> list[str]:
    return [
        f"{path}::{name}: {length} lines, {FUNCTION} allowed"
        for name, length in functions(text)
        if length > FUNCTION and f"{path.as_posix()}::{name}" not in EXEMPT
    ]


def tangled(path: Path, text: str) -> list[str]:
    """Functions that are excused from the complexity limit without being one `match` and nothing else."""
    rows = text.splitlines()
    return [
        f"{path}::{node.name}: only a function that is one match may carry noqa: C901"
        for node in ast.walk(parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any("C901" in row for row in rows[node.lineno - 1 : node.body[0].lineno - 1] if "noqa" in row)
        and [type(statement) for statement in node.body if not is_docstring(statement)] != [ast.Match]
    ]


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def complexity(*what: str, text: str | None = None) -> str:
    """What ruff says of cyclomatic complexity and of the number of parameters."""
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--quiet", "--select", "C901,PLR0913", *what]
    return subprocess.run(ruff, cwd=ROOT, input=text, capture_output=True, text=True, check=False).stdout


def test_no_file_is_longer_than_it_may_be() -> None:
    measured = [path for path in files() if longest_allowed(path) is not None]
    assert [finding for path in measured for finding in too_long(path.relative_to(ROOT), path.read_text())] == []


def test_no_function_is_longer_than_it_may_be() -> None:
    every = [(path.relative_to(ROOT), path.read_text()) for path in python_files()]
    assert [finding for path, text in every for finding in long_functions(path, text)] == []


def test_no_function_is_more_tangled_than_it_may_be() -> None:
    assert complexity(*(room for room in ROOMS if (ROOT / room).is_dir())) == ""
    every = [(path.relative_to(ROOT), path.read_text()) for path in python_files()]
    assert [finding for path, text in every for finding in tangled(path, text)] == []


def test_the_exempt_exist() -> None:
    found = {f"{place(path)}::{name}" for path in python_files() for name, _ in functions(path.read_text())}
    assert found >= EXEMPT


def test_sizes_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [path.read_text() for path in python_files() if path.stat().st_size]
    by_file = [lines(text) for text in texts]
    by_function = [length for text in texts for _, length in functions(text)]
    with capsys.disabled():
        for what, sizes in (("file", by_file), ("function", by_function)):
            ninth = statistics.quantiles(sizes, n=10)[-1]
            print(
                f"\n{what}: median {statistics.median(sizes):.0f}, p90 {ninth:.0f}, longest {max(sizes)} lines", end=""
            )


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("libs/kernel/money.py", FILE),
        ("services/order/main.py", MAIN),
        ("docs/decisions/0001-facts.md", DECISION),
        ("README.md", README),
    ],
)
def test_a_file_one_line_too_long_is_found(name: str, limit: int) -> None:
    assert too_long(Path(name), "x = 1\n" * limit) == []
    assert too_long(Path(name), "x = 1\n" * (limit + 1)) == [f"{name}: {limit + 1} lines, {limit} allowed"]


@pytest.mark.parametrize("definition", ["def told():", "async def told():", "class Order:\n  def told(self):"])
def test_a_function_one_line_too_long_is_found(definition: str) -> None:
    inside = "\n      x = 1"
    assert long_functions(Path("a.py"), definition + inside * (FUNCTION - 1)) == []
    assert long_functions(Path("a.py"), definition + inside * FUNCTION) == ["a.py::told: 41 lines, 40 allowed"]


def test_a_tangled_function_is_found() -> None:
    branches = "def told(x: int) -> int:\n" + "".join(f"    if x == {n}:\n        return {n}\n" for n in range(8))
    parameters = "def told(a: int, b: int, c: int, d: int, e: int, f: int, g: int) -> None: ...\n"
    for room in ("libs/kernel", "libs/runtime", "services/order", "examples/invoicing", "deploy"):
        where = ("--stdin-filename", f"{room}/seed.py", "-")
        assert "C901" in complexity(*where, text=branches + "    return x\n")
        assert "PLR0913" in complexity(*where, text=parameters)


def test_an_excuse_from_the_limit_is_for_one_match_only() -> None:
    match = "def told(x):  # noqa: C901\n    '''What.'''\n    match x:\n        case _:\n            return 1\n"
    assert tangled(Path("a.py"), match) == []
    assert tangled(Path("a.py"), match + "    return 2\n") == [
        "a.py::told: only a function that is one match may carry noqa: C901"
    ]
