"""The tree of the product as its architecture tests read it: which files there are, and what they contain."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("libs", "services", "examples", "deploy", "tests", "benchmarks")


def files() -> list[Path]:
    """Every file that is, or would be, in version control; of an unpacked archive every file not hidden away."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for room in ROOMS for path in (ROOT / room).rglob("*")] + list(ROOT.glob("*"))
    return sorted(path for path in set(found) if path.is_file() and "__pycache__" not in path.parts)


def python_files(*rooms: str) -> list[Path]:
    """The Python files below these rooms (`services`, `libs/kernel`), or below all of them when none is named."""
    wanted = [ROOT / room for room in rooms or ROOMS]
    return [path for path in files() if path.suffix == ".py" and any(path.is_relative_to(room) for room in wanted)]


def parse(text: str) -> ast.Module:
    return ast.parse(text)


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Name and length in lines, decorators left out, of every function and method."""
    for node in ast.walk(parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def services() -> dict[str, str]:
    """Name and module of everything that runs as a service: `{"order": "services.order"}`."""
    found = [path.parent for path in python_files("services", "examples") if path.name == "__main__.py"]
    return {folder.name: f"{folder.parent.name}.{folder.name}" for folder in found if folder.parent.parent == ROOT}
