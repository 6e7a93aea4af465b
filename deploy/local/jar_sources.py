"""Two ways to the broker's jars: an installed Maven, and jgo, which is pure Python."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_POM = Path(__file__).parent / "recipes" / "pom.xml"
_MAVEN_SECONDS = 300
_DOWNLOAD_SECONDS = 60
_AT_ONCE = 4


class Unavailable(Exception):
    """This way does not lead to the jars on this machine."""


def by_maven(folder: Path, coordinates: Sequence[str]) -> None:
    """Asks Maven for the dependencies of our pom; it reads the versions there, the lock then checks them."""
    if shutil.which("mvn") is None:
        raise Unavailable("not installed")
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    try:
        done = subprocess.run(
            ["mvn", "-q", "-B", "-f", str(_POM), *goal],
            capture_output=True,
            text=True,
            timeout=_MAVEN_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"not done within {_MAVEN_SECONDS} s") from None
    if done.returncode != 0:
        raise Unavailable(f"ended with {done.returncode}: {(done.stdout + done.stderr).strip()[-600:]}")


def by_jgo(folder: Path, coordinates: Sequence[str]) -> None:
    """Fetches exactly these coordinates: jgo's own resolution mixes an old client library in."""
    try:
        from jgo.maven import MavenContext
    except ImportError:
        raise Unavailable("not installed") from None
    with tempfile.TemporaryDirectory(prefix="fieldfact-jars-") as repository:
        context = MavenContext(repo_cache=Path(repository), timeout=_DOWNLOAD_SECONDS)

        def fetch(one: str) -> None:
            group, artifact, version = one.split(":")
            shutil.copy(context.project(group, artifact).at_version(version).artifact().resolve(), folder)

        try:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(fetch, coordinates))
        except (OSError, RuntimeError) as reason:  # requests' exceptions are OSErrors
            raise Unavailable(str(reason)) from reason
