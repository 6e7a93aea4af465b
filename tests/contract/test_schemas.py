"""Every wire name has a frozen schema, which the fact keeps, and a golden payload, which decodes for ever."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from deploy.documents import __main__ as documents
from deploy.documents.schemas import FOLDER, PromiseBroken, schemas
from libs.events.compatibility import breaks, frozen
from libs.events.durations import AtRiskPoint, WorkingDays
from libs.events.fact import Fact
from libs.events.order import OrderCanceled, OrderPosted, OrderSignedOff
from libs.events.order_sla import SlaClock
from libs.events.registry import REGISTRY
from libs.events.types import Count, Key

GOLDEN = FOLDER.parent / "golden"
FACTS = sorted(REGISTRY, key=lambda fact: fact.wire())
SIGNED_OFF, CANCELED = OrderSignedOff, OrderCanceled


def frozen_schema(fact: type[Fact]) -> Any:
    return json.loads((FOLDER / f"{fact.wire()}.json").read_text())


def golden_payloads(wire: str) -> list[Path]:
    """<wire name>.json and, when optional fields were added later, <wire name>.2.json and so on."""
    return sorted(path for path in GOLDEN.glob("*.json") if wire_of(path) == wire)


def wire_of(golden: Path) -> str:
    name, _, last = golden.stem.rpartition(".")
    return name if last.isdigit() else golden.stem


def as_golden(written: Any, golden: Any) -> Any:
    """What was written without the members that golden lacks: later optional fields, filled with their defaults."""
    if isinstance(golden, dict):
        return {name: as_golden(written[name], value) for name, value in golden.items()}
    if isinstance(golden, list):
        return [as_golden(one, other) for one, other in zip(written, golden, strict=True)]
    return written


def members(value: Any) -> Iterator[str]:
    """The names of all members, at any depth."""
    if isinstance(value, dict):
        yield from value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from members(below)


def freeze(folder: Path, fact: type[Fact]) -> Path:
    path = folder / f"{fact.wire()}.json"
    path.write_text(frozen(fact))
    return path


def test_every_wire_name_has_its_files_and_every_file_its_fact() -> None:
    wires = {fact.wire() for fact in FACTS}
    assert {path.stem for path in FOLDER.glob("*.json")} == wires
    assert {wire_of(path) for path in GOLDEN.glob("*.json")} == wires


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.wire())
def test_a_fact_keeps_what_its_frozen_schema_promises(fact: type[Fact]) -> None:
    assert breaks(frozen_schema(fact), json.loads(frozen(fact))) == []


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.wire())
def test_a_fact_forbids_no_field_that_it_does_not_know(fact: type[Fact]) -> None:
    """At any depth: a later optional field breaks no reader. Source: contracts 1."""
    assert '"additionalProperties":false' not in json.dumps(fact.model_json_schema(), separators=(",", ":"))


@pytest.mark.parametrize("budget", [{"working_days": 2, "holidays": "skip"}, "PT4H"])
def test_spans_of_working_time_in_facts_ignore_what_they_do_not_know(budget: Any) -> None:
    clock = SlaClock.model_validate(
        {"clock": "response", "budget": budget, "at_risk": [{"percent": "80", "by": "hand"}]}
    )
    assert clock.budget in (WorkingDays(working_days=2), timedelta(hours=4))
    assert clock.at_risk == (AtRiskPoint(percent=Decimal(80)),)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.wire())
def test_an_added_field_is_promised_too(fact: type[Fact]) -> None:
    assert (FOLDER / f"{fact.wire()}.json").read_text() == frozen(fact), "run: python -m deploy.documents"


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.wire())
def test_a_golden_payload_decodes_and_is_written_again_byte_for_byte(fact: type[Fact]) -> None:
    for path in golden_payloads(fact.wire()):
        golden = path.read_bytes().rstrip(b"\n")
        written = json.loads(REGISTRY.decode(fact.wire(), golden).to_bytes())
        same = json.dumps(as_golden(written, json.loads(golden)), ensure_ascii=False, separators=(",", ":"))
        assert same.encode() == golden


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.wire())
def test_golden_payloads_satisfy_the_schema_and_leave_no_field_out(fact: type[Fact]) -> None:
    schema = frozen_schema(fact)
    Draft202012Validator.check_schema(schema)
    present = set[str]()
    for path in golden_payloads(fact.wire()):
        payload = json.loads(path.read_bytes())
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(payload)
        present |= set(members(payload))
    models = [schema, *schema.get("$defs", {}).values()]
    assert present >= {name for model in models for name in model["properties"]}


def test_what_golden_lacks_is_forgiven_and_nothing_else() -> None:
    golden = {"line": 1, "lines": [{"a": "1"}]}
    assert as_golden({"line": 1, "lines": [{"a": "1", "new": False}], "new": []}, golden) == golden
    assert as_golden({"line": 2, "lines": [{"a": "1"}]}, golden) != golden
    with pytest.raises(KeyError):
        as_golden({"lines": [{"a": "1"}]}, golden)
    with pytest.raises(ValueError, match="zip"):
        as_golden({"line": 1, "lines": []}, golden)


def test_a_new_wire_name_gets_a_schema(tmp_path: Path) -> None:
    assert schemas([OrderPosted], tmp_path) == {tmp_path / "order.OrderPosted.v1.json": frozen(OrderPosted)}


def test_an_optional_field_is_taken_into_the_frozen_schema(tmp_path: Path) -> None:
    class OrderSignedOff(Fact, publisher="order"):
        lines: tuple[Count, ...]
        worker: Key | None = None

    path = freeze(tmp_path, SIGNED_OFF)
    assert schemas([OrderSignedOff], tmp_path) == {path: frozen(OrderSignedOff)}


def test_a_fact_that_is_gone_stops_everything(tmp_path: Path) -> None:
    freeze(tmp_path, SIGNED_OFF)
    with pytest.raises(PromiseBroken, match=r"^order\.OrderSignedOff\.v1: the fact is gone$"):
        schemas([], tmp_path)


def test_when_a_promise_is_broken_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_facts: object) -> dict[Path, str]:
        raise PromiseBroken("order.OrderPosted.v1: field removed: lines")

    monkeypatch.setattr(documents, "pages", lambda: {tmp_path / "docs" / "events.md": "new"})
    monkeypatch.setattr(documents, "schemas", broken)
    assert documents.main() == 1
    assert capsys.readouterr().err == "order.OrderPosted.v1: field removed: lines\n"
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(documents, "schemas", lambda _facts: {tmp_path / "a.json": "{}"})
    assert documents.main() == 0
    assert {path.name: path.read_text() for path in tmp_path.rglob("*.*")} == {"events.md": "new", "a.json": "{}"}


def test_a_broken_promise_stops_everything_and_names_every_break(tmp_path: Path) -> None:
    class OrderCanceled(Fact, publisher="order"):
        lines: tuple[Key, ...]

    freeze(tmp_path, CANCELED)
    freeze(tmp_path, SIGNED_OFF)
    with pytest.raises(PromiseBroken) as refused:
        schemas([OrderCanceled], tmp_path)
    assert str(refused.value).splitlines() == [
        "order.OrderSignedOff.v1: the fact is gone",
        "order.OrderCanceled.v1: field removed: reason",
        "order.OrderCanceled.v1: type changed: lines[]",
    ]
