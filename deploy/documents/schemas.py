"""The frozen schemas of all facts: new ones are added, and one that would be broken stops everything."""

import json
from collections.abc import Iterable
from pathlib import Path

from libs.events.compatibility import breaks, frozen
from libs.events.fact import Fact

FOLDER = Path(__file__).parents[2] / "libs" / "events" / "schemas"


class PromiseBroken(Exception):
    """A fact no longer keeps what its frozen schema promises; it needs a new major version."""


def schemas(facts: Iterable[type[Fact]], folder: Path = FOLDER) -> dict[Path, str]:
    """The text of every schema file. PromiseBroken names every break, and every frozen fact that is gone."""
    texts = {folder / f"{fact.wire()}.json": frozen(fact) for fact in facts}
    gone = [f"{path.stem}: the fact is gone" for path in sorted(folder.glob("*.json")) if path not in texts]
    broken = [said for path, text in texts.items() if path.exists() for said in _broken(path, text)]
    if gone or broken:
        raise PromiseBroken("\n".join(gone + broken))
    return texts


def _broken(path: Path, text: str) -> list[str]:
    found = breaks(json.loads(path.read_text()), json.loads(text))
    return [f"{path.stem}: {each}" for each in found]
