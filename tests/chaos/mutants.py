"""Planted bugs that the checker must find. A bug is a patch in the forked process, or in the database; the product knows nothing of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.chaos.plan import Sizes


def _nothing(_: Callable[[str], str]) -> None:
    return None


@dataclass(frozen=True)
class Mutant:
    says: str
    plant: Callable[[], None] = lambda: None
    prepare: Callable[[Callable[[str], str]], None] = _nothing
    sizes: Sizes = field(default_factory=Sizes)
    client: bool = False


MUTANTS: Mapping[str, Mutant] = {}


def plant(name: str) -> None:
    """Patches this process."""
    MUTANTS[name].plant()
