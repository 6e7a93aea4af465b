"""The broker's jars: exactly those that were recorded, whatever way they came."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.local.jar_sources import Unavailable, by_jgo
from deploy.local.jars import Jar, JarsRefused, Source, locked, provide, verify

FIRST = Jar("org.example:first:1.0", "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e")
SECOND = Jar("org.example:second:2.0", "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4")
CONTENTS = {"first-1.0.jar": b"first", "second-2.0.jar": b"second"}


def delivering(contents: dict[str, bytes]) -> Source:
    def source(folder: Path, coordinates: Sequence[str]) -> None:
        for name, content in contents.items():
            (folder / name).write_bytes(content)

    return source


def unavailable(folder: Path, coordinates: Sequence[str]) -> None:
    raise Unavailable("not here")


def test_the_first_source_that_works_fills_the_cache_once(tmp_path: Path) -> None:
    cache = tmp_path / "jars"
    provide(cache, [FIRST, SECOND], {"one": unavailable, "two": delivering(CONTENTS)})
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == CONTENTS
    assert provide(cache, [FIRST, SECOND], {}) == cache


def test_where_no_source_works_every_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="one: not here\ntwo: not here"):
        provide(tmp_path / "jars", [FIRST], {"one": unavailable, "two": unavailable})


@pytest.mark.parametrize(
    "delivered",
    [
        pytest.param(CONTENTS | {"second-2.0.jar": b"other"}, id="another sha256"),
        pytest.param({"first-1.0.jar": b"first"}, id="one missing"),
        pytest.param(CONTENTS | {"third-3.0.jar": b"third"}, id="one unknown"),
    ],
)
def test_other_jars_are_refused_and_not_kept(tmp_path: Path, delivered: dict[str, bytes]) -> None:
    with pytest.raises(JarsRefused, match=r"(second-2|third-3)\.0\.jar"):
        provide(tmp_path / "jars", [FIRST, SECOND], {"one": delivering(delivered)})
    assert list(tmp_path.iterdir()) == []


def test_a_jar_that_changed_in_the_cache_is_refused(tmp_path: Path) -> None:
    cache = provide(tmp_path / "jars", [FIRST, SECOND], {"one": delivering(CONTENTS)})
    (cache / FIRST.file_name).write_bytes(b"changed")
    with pytest.raises(JarsRefused, match=FIRST.file_name):
        provide(cache, [FIRST, SECOND], {})


def test_jgo_fetches_exactly_the_coordinates(tmp_path: Path) -> None:
    # the smallest of them: the way is the same for all, and a test need not download a broker
    few = [jar for jar in locked() if jar.file_name.startswith(("jspecify", "jopt-simple"))]
    by_jgo(tmp_path, [jar.coordinates for jar in few])
    verify(tmp_path, few)
