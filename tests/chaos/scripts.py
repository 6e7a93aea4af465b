"""What a run asks of the system, drawn from a seed alone: every client's orders and agreements, as commands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

AGREEMENT = "{agreement}"
"""Stands for the agreement under which orders are made."""


@dataclass(frozen=True)
class Say:
    """One command of a client. `path` may name {stream}; `unique` is a word that no other command has."""

    what: str
    path: str
    body: Mapping[str, Any]
    unique: str


@dataclass(frozen=True)
class Script:
    """The whole course of an order or an agreement. A `shared` one is created by all clients under one key, and
    belongs to all."""

    name: str
    create: Say
    then: Sequence[Say]
    shared: bool = False
    service: str = "order"


LINES = (
    {"type": "hour", "category": "LABOUR", "worker": "W-1"},
    {"type": "fee", "category": "FEE"},
    {"type": "hour", "category": "LABOUR", "worker": "W-1"},
)
ROUND = 4
"""Every so many orders of a client, one is shared; the one after it is a visit under the agreement."""
CONTRACTS = 10
"""Every so many, one is an agreement instead."""


def scripts(seed: int, client: int, lines: int = 6) -> Iterator[Script]:
    """What a client does, without end; `lines` is the most that its own orders get."""
    chance, turn = Random(f"client {seed} {client}"), client % 3
    while True:
        turn += 1
        name = f"{client}.{turn}"
        if turn % ROUND == 0:
            yield _shared(turn // ROUND, client)
        elif turn % ROUND == 1:
            yield _visit(chance, name)
        elif turn % CONTRACTS == 2:
            yield _contract(chance, name)
        else:
            yield _own(chance, name, lines)


def _create(name: str, **where: str) -> Say:
    header = {"service_date": "2026-03-02", "description": name}
    return Say("create", "/v1/orders", {**header, **(where or {"project": "P-1"})}, name)


def _line(chance: Random, name: str, number: int) -> Say:
    unique = f"{name}.line{number}"
    body = {**chance.choice(LINES), "quantity": str(chance.randint(1, 9)), "description": unique}
    return Say("add", "/v1/orders/{stream}/lines", body, unique)


def _simply(name: str, *steps: str, kind: str = "orders") -> list[Say]:
    """Commands that need no more than a path; one that comes again is another command."""
    return [Say(what, f"/v1/{kind}/{{stream}}/{what}", {}, f"{name}.{what}{at}") for at, what in enumerate(steps)]


def _shared(turn: int, client: int) -> Script:
    name = f"shared.{turn}"
    lines = [_line(Random(f"{name} {client}"), f"{name}.{client}", number) for number in (1, 2, 3)]
    return Script(name, _create(name), lines, shared=True)


def _own(chance: Random, name: str, most: int) -> Script:
    """Lines, changes of mind, sign-off, posting, and adjustments, of which most give back."""
    count = chance.randint(1, most)
    then = [_line(chance, name, number) for number in range(1, count + 1)]
    order = "/v1/orders/{stream}"
    fate = chance.random()
    if fate < 0.05:
        return Script(name, _create(name), [*then, *_simply(name, "cancel")])
    if count > 1 and fate < 0.3:
        then.append(Say("cancel_line", f"{order}/lines/{count}/cancel", {}, f"{name}.drop"))
        count -= 1
    if fate > 0.8:
        price = {"unit_price": f"{chance.randint(10, 90)}.50", "reason": f"{name}.price"}
        then.append(Say("price", f"{order}/lines/1/override-price", price, f"{name}.price"))
    then += _simply(name, "sign-off", "post")
    for number in range(1, chance.randint(0, min(count, 3)) + 1):
        quantity = 0 if chance.random() < 0.5 else chance.randint(1, 8)
        body = {"quantity": str(quantity), "reason": f"{name}.adjust{number}"}
        then.append(Say("adjust", f"{order}/lines/{number}/adjust", body, f"{name}.adjust{number}"))
    return Script(name, _create(name), then)


def _visit(chance: Random, name: str) -> Script:
    """A visit that is measured: it may come late, wait for a part, be taken back, or come to no end."""
    order = "/v1/orders/{stream}"

    def reported(what: str, at: int, **more: str) -> Say:
        return Say(what, f"{order}/{what}", {"worker": "W-1", **more}, f"{name}.{what}.{at}")

    came = [reported("report-travel", 0), reported("report-arrival", 1), reported("report-work", 2, step="started")]
    waited = _simply(name, "move-to-next-stage", "move-to-next-stage", "move-to-previous-stage")
    noted = Say("reasons", f"{order}/reasons", {"code": "R-1", "note": name}, f"{name}.reason")
    over = [reported("report-work", 3, step="ended"), *_simply(name, "sign-off")]
    again = [
        Say(f"{what}", f"{order}/{what}", {}, f"{name}.{what}.again") for what in ("withdraw-sign-off", "sign-off")
    ]
    begun = [_line(chance, name, 1), *(came if chance.random() < 0.8 else [])]
    middle = [*(waited if chance.random() < 0.6 else waited[:2] if chance.random() < 0.5 else []), noted]
    wrong = [Say("remove", f"{order}/reasons/1/remove", {}, f"{name}.unreason")] if chance.random() < 0.3 else []
    ends: Sequence[Sequence[Say]] = ([], over, over, [*over, *again, *_simply(name, "post")], _simply(name, "cancel"))
    return Script(name, _create(name, agreement=AGREEMENT), [*begun, *middle, *wrong, *chance.choice(ends)])


def _contract(chance: Random, name: str) -> Script:
    """An agreement with lines, its terms amended, suspended and resumed, renewed, and at times ended."""
    path = "/v1/agreements/{stream}"
    header = {"project": "P-1", "group": "G-1", "starts_on": "2026-01-01", "ends_on": "2027-12-31"}

    def said(what: str, where: str = "", **body: str) -> Say:
        return Say(what, f"{path}/{where or what}", body, f"{name}.{what}")

    lines = [
        Say("add", f"{path}/lines", {**line, "quantity": str(chance.randint(1, 9))}, f"{name}.line{number}")
        for number, line in enumerate(LINES[:2], 1)
    ]
    then = [
        *lines,
        *_simply(name, "activate", kind="agreements"),
        said("amend", effective_on="2026-06-01", sla_policy="QUICK", reason=name),
        said("stop_line", "lines/1/stop"),
        *_simply(name, "suspend", "resume", kind="agreements"),
        said("restart_line", "lines/1/restart"),
        said("remove_line", "lines/2/remove"),
        said("renew", to="2028-12-31"),
    ]
    ended = [said("terminate", on="2027-06-30", reason=name)] if chance.random() < 0.5 else []
    create = Say("create", "/v1/agreements", {**header, "description": name}, name)
    return Script(name, create, [*then[: chance.randint(3, len(then))], *ended], service="agreement")
