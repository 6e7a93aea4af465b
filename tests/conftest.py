"""What every test may ask for, and in which order the tests go."""

import pytest
from hypothesis import settings

pytest_plugins = (
    "tests.support.servers",
    "tests.support.databases",
    "tests.support.runtime",
    "tests.support.listening",
)

settings.register_profile("everyday", max_examples=60, deadline=None)
settings.load_profile("everyday")

_WITH_SERVERS = ("chaos", "integration", "story", "benchmarks")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long modules, those with servers, go first: of two processes neither then ends long before the other."""
    tests = config.rootpath / "tests"
    first = {tests / name: place for place, name in enumerate(_WITH_SERVERS)}
    items.sort(key=lambda item: min((first[folder] for folder in item.path.parents if folder in first), default=9))
