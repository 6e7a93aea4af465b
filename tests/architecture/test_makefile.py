"""`make` alone tells what there is; a fresh clone needs nothing but Python, git and make."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
WITHOUT_SETUP = {"help", "setup", "up", "down", "clean"}


def targets(makefile: str) -> list[str]:
    return [target for names in re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE) for target in names.split()]


def unlisted(makefile: str, listing: str) -> list[str]:
    """Targets that the listing does not explain."""
    explained = dict(re.findall(r"^  make (\w+) +(\S.*)", listing, re.MULTILINE))
    return [target for target in targets(makefile) if target not in explained]


def long_recipes(makefile: str) -> list[str]:
    rules = re.findall(r"^([\w./-]+):[^=\n]*\n((?:\t.*\n?)*)", makefile, re.MULTILINE)
    return [target for target, recipe in rules if recipe.count("\t") > 1 and len(recipe.splitlines()) > 1]


def unprepared(makefile: str) -> list[str]:
    """Targets that need the virtual environment and do not ask for it."""
    prepared = re.findall(r"^(\w+): setup\b", makefile, re.MULTILINE)
    return [target for target in targets(makefile) if target not in {*prepared, *WITHOUT_SETUP}]


def clone(folder: Path) -> Path:
    """The few files that set-up reads, in a folder of their own."""
    (folder / "deploy").mkdir()
    for name in ("Makefile", "requirements.lock", "deploy/setup.sh"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def make(folder: Path, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "PYTHON"))}
    command = [shutil.which("make") or "make", "--no-print-directory", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment | ({"PATH": path} if path else {}),
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_alone_lists_every_target() -> None:
    listing = make(ROOT)
    assert listing.returncode == 0
    assert unlisted(MAKEFILE, listing.stdout) == []


def test_recipes_are_one_line() -> None:
    assert long_recipes(MAKEFILE) == []


def test_every_target_prepares_what_it_needs() -> None:
    assert unprepared(MAKEFILE) == []


def test_the_judges_can_find_something() -> None:
    bad = ".PHONY: help one two\none: ## says so\n\techo 1\n\techo 2\ntwo:\n\techo 2\n"
    assert unlisted(bad, "  make help  list\n  make one   says so\n") == ["two"]
    assert long_recipes(bad) == ["one"]
    assert unprepared(bad) == ["one", "two"]


def test_set_up_is_done_once_for_each_lock(tmp_path: Path) -> None:
    folder = clone(tmp_path)
    assert "deploy/setup.sh" in make(folder, "--dry-run", "setup").stdout
    (folder / ".venv").mkdir()
    (folder / ".venv/.ready").touch()
    assert "deploy/setup.sh" not in make(folder, "--dry-run", "setup").stdout
    os.utime(folder / "requirements.lock", (2**31, 2**31))
    assert "deploy/setup.sh" in make(folder, "--dry-run", "setup").stdout


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        ("exit 1", "Python 3.11 or newer is needed"),
        ('case "$2" in *version_info*) exit 0;; *) exit 1;; esac', "apt install python3-venv"),
    ],
)
def test_set_up_says_what_is_missing(python: str, sentence: str, tmp_path: Path) -> None:
    folder = clone(tmp_path)
    programs = folder / "programs"
    programs.mkdir()
    for name in ("sh", "dirname", "sed", "touch"):
        (programs / name).symlink_to(shutil.which(name) or "")
    (programs / "python3").write_text(f"#!/bin/sh\n{python}\n")
    (programs / "python3").chmod(0o755)
    said = make(folder, "setup", path=str(programs))
    assert said.returncode != 0
    assert sentence in said.stderr


@pytest.mark.parametrize("script", sorted(path.name for path in (ROOT / "deploy").glob("*.sh")))
def test_scripts_read_as_plain_shell(script: str) -> None:
    assert subprocess.run(["sh", "-n", ROOT / "deploy" / script], check=False).returncode == 0


def test_what_every_change_must_pass_is_what_people_run() -> None:
    steps = [line for line in (ROOT / ".ci/run").read_text().splitlines() if line.startswith("make ")]
    assert steps == ["make check", "make test"]
    assert os.access(ROOT / ".ci/run", os.X_OK)
