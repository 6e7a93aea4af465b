"""What is written from the code is what the code says today."""

from typing import Literal

import pytest
from pydantic import BaseModel

from deploy.documents.catalogue import catalogue
from deploy.documents.pages import pages
from libs.events.fact import Fact
from libs.events.registry import REGISTRY
from libs.events.types import Amount, Count, Flag, Instant, Key, PersonalNote


def test_every_generated_page_is_current() -> None:
    old = [path.name for path, text in pages().items() if not path.exists() or path.read_text() != text]
    assert old == [], "run: python -m deploy.documents"


class Taken(BaseModel):
    """One thing taken."""

    kind: Literal["a", "b"]
    cost: Amount


class Base(Fact, publisher="order"):
    """What all of them say."""

    line: Count


class Tried(Base, internal=True):
    """Somebody tried."""

    note: PersonalNote | None = None
    ok: Flag = True
    at: Instant
    things: tuple[Taken, ...]
    keys: tuple[Key, ...] | None = None


SECTIONS = """\
## order

Topic `order.events.v1`.

### order.Tried.v1 (internal)

Somebody tried.

What all of them say.

| field | JSON | always there |
|---|---|---|
| `line` | whole number | yes |
| `note` | text, personal | no |
| `ok` | `true` or `false` | no, then `true` |
| `at` | instant | yes |
| `things` | list of [Taken](#taken) | yes |
| `keys` | list of key | no |

### Taken

One thing taken.

| field | JSON | always there |
|---|---|---|
| `kind` | `"a"` or `"b"` | yes |
| `cost` | money | yes |
"""


def test_the_catalogue_says_of_a_fact_what_its_class_says() -> None:
    assert catalogue([Tried]).endswith(SECTIONS)


@pytest.mark.parametrize("fact", tuple(REGISTRY), ids=lambda fact: fact.wire())
def test_every_fact_stands_in_the_catalogue(fact: type[Fact]) -> None:
    assert catalogue(REGISTRY).count(f"\n### {fact.wire()}\n") == 1
