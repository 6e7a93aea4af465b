"""README says what is so: what it shows of the demo's output is what the demo is held to, and every file it names is there."""

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


def shown(page: str) -> list[str]:
    """What the page shows of the demo's output: the pieces around each `...`, whole lines of it."""
    _, _, after = page.partition("The demo prints")
    _, _, block = after.partition("```\n")
    return [f"\n{piece.strip()}\n" for piece in block.partition("\n```")[0].split("\n...\n")]


def in_order(pieces: list[str], text: str) -> bool:
    """Whether the text holds the pieces one behind the other."""
    place = 0
    for piece in pieces:
        found = text.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece) - 1
    return True


def test_readme_shows_the_demo_as_it_is() -> None:
    pieces = shown(README)
    assert pieces[0].startswith("\nService order margin")
    assert in_order(pieces, f"\n{EXPECTED}\n")


def test_another_output_is_found() -> None:
    assert not in_order(["\na\n", "\nb\n"], "\nb\na\n")
    assert not in_order(shown("The demo prints:\n```\none\n...\nthree\n```\n"), "\none\ntwo\n")


def test_every_file_that_a_page_names_is_there() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    assert {page.name: gone for page in pages if (gone := missing(page.read_text(), page.parent))} == {}


def test_a_page_that_names_a_missing_file_is_found() -> None:
    assert missing("[here](no/such/file.py) and `tests/no/such.py`", ROOT) == ["no/such/file.py", "tests/no/such.py"]
