"""Ids are the same whoever computes them: contracts 4."""

from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.ids import canonical_id, natural_id, requested_id

FEE = "6f1d2c1e-0001-5000-8000-00000000000a"


@pytest.mark.parametrize(
    ("kind", "parts", "name"),
    [
        ("posting", (FEE, 2), f"urn:fieldfact:posting:{FEE}|2"),
        ("transaction", (FEE, 3, 1, "reversal"), f"urn:fieldfact:transaction:{FEE}|3|1|reversal"),
        ("customer", ("C-1001",), "urn:fieldfact:customer:C-1001"),
        ("parameters", (), "urn:fieldfact:parameters:"),
    ],
)
def test_a_natural_key_names_its_stream(kind: str, parts: tuple[str | int, ...], name: str) -> None:
    assert natural_id(kind, *parts) == str(uuid5(NAMESPACE_URL, name))


def test_an_id_as_it_was_published_never_changes() -> None:
    assert natural_id("customer", "C-1001") == "3e3ccfb8-ca28-5199-974c-4b8c4c99826d"
    assert requested_id("service:demo", "order-1") == "3360972c-085f-5092-9b53-d39590594c3a"


def test_the_same_key_of_two_callers_names_two_streams() -> None:
    assert requested_id("anna", "1") == natural_id("request", "anna", "1")
    assert requested_id("anna", "1") != requested_id("bert", "1")


@given(st.text(max_size=20), st.lists(st.text(max_size=8) | st.integers(0, 99), max_size=4))
def test_every_id_is_canonical_and_of_version_5(kind: str, parts: list[str | int]) -> None:
    made = natural_id(kind, *parts)
    assert canonical_id(made) == made
    assert UUID(made).version == 5


def test_an_upper_case_id_becomes_lower_case() -> None:
    assert canonical_id(FEE.upper()) == FEE


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("C-1001", id="a key"),
        pytest.param(FEE.replace("-", ""), id="no dashes"),
        pytest.param(f"{{{FEE}}}", id="braces"),
        pytest.param(f"urn:uuid:{FEE}", id="urn"),
        pytest.param(f" {FEE}", id="blank in front"),
        pytest.param(FEE[:-1], id="too short"),
        pytest.param(f"{FEE}0", id="too long"),
        pytest.param(FEE.replace("-", "", 1) + "-", id="dashes elsewhere"),
        pytest.param("00000000-0000-0000-0000-000000000000", id="nil"),
        pytest.param("ffffffff-ffff-ffff-ffff-ffffffffffff", id="max"),
        pytest.param("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", id="max in capitals"),
    ],
)
def test_every_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        canonical_id(text)
