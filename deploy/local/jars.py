"""The broker's jars: fetched once into a cache, and never used unless every one has the sha256 that was recorded."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local import jar_sources

RECIPES = Path(__file__).parent / "recipes"

Source = Callable[[Path, Sequence[str]], None]
"""Puts the jars of the coordinates into the folder, or raises jar_sources.Unavailable."""

SOURCES: dict[str, Source] = {"mvn": jar_sources.by_maven, "jgo": jar_sources.by_jgo}


class JarsRefused(Exception):
    """The jars are not those that were recorded."""


@dataclass(frozen=True)
class Jar:
    coordinates: str
    sha256: str

    @property
    def file_name(self) -> str:
        _, artifact, version = self.coordinates.split(":")
        return f"{artifact}-{version}.jar"


def locked(file: Path = RECIPES / "jars.lock") -> tuple[Jar, ...]:
    """The recorded jars: the broker with all it needs."""
    return tuple(Jar(*line.split()) for line in file.read_text().splitlines() if line)


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    broker = next(jar for jar in locked() if ":kafka_" in jar.coordinates)
    return Path(base) / "fieldfact" / f"kafka-{broker.coordinates.rpartition(':')[2]}"


def provide(
    folder: Path | None = None, jars: Sequence[Jar] | None = None, sources: dict[str, Source] | None = None
) -> Path:
    """The folder of the verified jars, fetched by the first source that can when the cache has none."""
    folder, jars = folder or cache_folder(), jars or locked()
    if not folder.exists():
        _fetch(folder, jars, SOURCES if sources is None else sources)
    verify(folder, jars)
    return folder


def verify(folder: Path, jars: Sequence[Jar]) -> None:
    """Raises JarsRefused unless the folder holds exactly these jars: the class path takes whatever lies there."""
    present = {path.name for path in folder.glob("*.jar")}
    expected = {jar.file_name: jar.sha256 for jar in jars}
    wrong = sorted(present ^ expected.keys())
    wrong += [name for name in sorted(present & expected.keys()) if _sha256(folder / name) != expected[name]]
    if wrong:
        names = ", ".join(wrong)
        raise JarsRefused(f"missing, unknown or with another sha256 than recorded: {names}; remove {folder} to retry")


def _fetch(folder: Path, jars: Sequence[Jar], sources: dict[str, Source]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    # fetched beside, verified, renamed: a cache is whole or not there
    beside = Path(tempfile.mkdtemp(prefix=folder.name + ".", dir=folder.parent))
    try:
        _first_that_works(beside, [jar.coordinates for jar in jars], sources)
        verify(beside, jars)
        if not folder.exists():  # another start may have been quicker
            beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _first_that_works(folder: Path, coordinates: Sequence[str], sources: dict[str, Source]) -> None:
    refusals = []
    for name, source in sources.items():
        try:
            return source(folder, coordinates)
        except jar_sources.Unavailable as reason:
            refusals.append(f"{name}: {reason}")
    raise jar_sources.Unavailable("no way to fetch the broker's jars:\n" + "\n".join(refusals))


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
