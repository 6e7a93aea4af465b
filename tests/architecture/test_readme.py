"""README says what is so: the demo's output is the one the demo is held to, and every file it names is there."""

import re
from pathlib import Path

from tests.architecture.tree import ROOT

README = (ROOT / "README.md").read_text()
EXPECTED = (ROOT / "deploy" / "demo" / "expected.txt").read_text().strip()
LINK = re.compile(r"\]\(([^)#]+)\)")
PATH = re.compile(r"`((?:libs|services|examples|deploy|tests|docs)/[\w./-]+)`")


def missing(text: str, folder: Path) -> list[str]:
    """The files that a page links to, or names from the root, and that are not there."""
    gone = [path for path in LINK.findall(text) if "://" not in path and not (folder / path).exists()]
    return gone + [path for path in PATH.findall(text) if not (ROOT / path).exists()]


def test_readme_shows_the_demo_as_it_is() -> None:
    assert f"```\n{EXPECTED}\n```" in README


def test_every_file_that_a_page_names_is_there() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    assert {page.name: gone for page in pages if (gone := missing(page.read_text(), page.parent))} == {}


def test_a_page_that_names_a_missing_file_is_found() -> None:
    assert missing("[here](no/such/file.py) and `tests/no/such.py`", ROOT) == ["no/such/file.py", "tests/no/such.py"]
