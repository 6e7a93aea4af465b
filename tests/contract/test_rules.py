"""Every promised rule is held by a test that names it."""

from pathlib import Path

import pytest

from deploy.documents.promised import PROMISED
from deploy.documents.rules import Unheld, named, rules

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("name", "says", "found"),
    [
        ("test_x8_and_x9_hold", "", ["X8", "X9"]),
        ("test_xml_is_not_read", "", []),
        ("test_it", "STR-06, CFG-05, [?2]: only if exceeded.", ["STR-06", "CFG-05"]),
        ("test_it", "FEE-03, W1 and W12, for worker W-01.", ["FEE-03", "W1", "W12"]),
        ("test_it", "sla 4, 5 and 13: used up exactly at closing.", ["sla 4", "sla 5", "sla 13"]),
        ("test_it", "Not counted. Source: sla trap 7.", ["sla trap 7"]),
        ("test_it", "contracts 7: no rule of these.", []),
    ],
)
def test_a_test_names_rules_in_its_name_and_in_its_docstring(name: str, says: str, found: list[str]) -> None:
    assert list(named(name, says)) == found


def test_a_rule_without_a_test_is_told(tmp_path: Path) -> None:
    held = [rule for rule in PROMISED if rule not in ("AGL-02", "X9")]
    (tmp_path / "test_most.py").write_text("".join(f'def test_one():\n    """{rule}."""\n' for rule in held))
    with pytest.raises(Unheld, match="no test names AGL-02, X9"):
        rules(tmp_path)


def test_the_page_leads_to_the_tests(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    said = " ".join(f"{rule};" for rule in PROMISED)
    (tests / "test_all.py").write_text(f'async def test_one():\n    """{said} MAR-10, MAR-02"""\n')
    page = rules(tests).splitlines()
    link = "[test_all.py](../tests/test_all.py): `test_one`"
    assert f"| X7 | {PROMISED['X7']} | {link} |" in page
    assert page[-2:] == [f"| MAR-02 | {link} |", f"| MAR-10 | {link} |"]
