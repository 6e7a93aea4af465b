"""Clients of the billing service: subscriptions that are billed, adjusted, invoiced, earned, credited and cancelled."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.chaos.clients import Client, Operation, elapse
from tests.chaos.prepared_billing import DAYS, NAME
from tests.chaos.scripts import Say

Told = Mapping[str, Any]
ROUND = 3
"""Every so many turns all billers work on the same group: they open it under the same keys, and bill it at once."""
CODES = 4
"""Every so many turns a biller defines a period code first: of quarters, which are earned by months."""
LOOKS, LOOK_SECONDS = 40, 0.2
"""How often a biller looks for what a run has made, at most, before it goes on with what there is."""
SPRING = {"from": "2026-01-01", "to": "2026-03-31"}
YEAR = {"from": "2026-01-01", "to": "2026-12-31"}


@dataclass
class Turn:
    """One group of subscriptions and what a biller knows of it. `name` begins every key; those of a shared turn are the
    same for all billers as long as they say the same."""

    name: str
    group: str
    code: str
    chance: Random
    shared: bool = False
    subscriptions: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """Positions that the next run must have heard."""
    asked: int = 0

    @property
    def days(self) -> Told:
        """What is billed: three months, or four quarters."""
        return SPRING if self.code == "MONTH" else YEAR


class Biller(Client):
    """One caller of the billing service. What a run makes it reads from the lists, and goes on with what it finds."""

    async def run(self, seed: int, lines: int) -> None:
        """Plays turns until told to stop, and ends the command that it is in."""
        turn = 0
        async with self._http:
            while not self.stopping:
                turn += 1
                await self._work(_turn_of(seed, self.number, turn))

    async def _work(self, turn: Turn) -> None:
        steps = (self._set_up, self._bill, self._adjust, self._invoice, self._earn, self._credit, self._end)
        for step in steps:
            if self.stopping or not await step(turn):
                return

    async def _set_up(self, turn: Turn) -> bool:
        """Code, group and active subscriptions. In a shared turn every key is shared."""
        if turn.code != "MONTH":
            code = {"name": turn.code, "unit": "quarter"}
            await self._put(turn, f"period-codes/{turn.code}", code)
            await self._post(turn, f"period-codes/{turn.code}/generate-periods", days=DAYS)
        await self._put(turn, f"subscription-groups/{turn.group}", _group(turn))
        for number in (1, 2):
            opened = await self._post(turn, "subscriptions", unique=f"open{number}", **_terms(turn, number))
            if opened is None or opened.outcome != "ok":
                return False
            path = f"subscriptions/{opened.stream}"
            if turn.chance.random() < 0.3:
                await self._post(turn, f"{path}/update-base-price", unique=f"price{number}", percent="7.5")
            active = await self._post(turn, f"{path}/activate", unique=f"activate{number}")
            if active is None or active.outcome != "ok":
                return False
            turn.subscriptions.append(opened.stream)
            turn.heard.append(active.position)
        return True

    async def _bill(self, turn: Turn) -> bool:
        """The same run twice: at once, or one after the other."""
        if turn.chance.random() < 0.5:
            both = await asyncio.gather(self._fee_run(turn), self._fee_run(turn))
            return all(both)
        return await self._fee_run(turn) and await self._fee_run(turn)

    async def _fee_run(self, turn: Turn) -> bool:
        asked = {"kind": "regular", "code": turn.code, "days": turn.days, "group": turn.group}
        run = await self._run(turn, "fee-runs", asked)
        if run is not None and not turn.shared:
            self.history.billed += [(run.stream, subscription) for subscription in turn.subscriptions]
        return run is not None

    async def _adjust(self, turn: Turn) -> bool:
        """Days taken off, a price changed, a fee deleted and its days billed again."""
        fees = await self._found("/v1/fees", 6, group=turn.group, standing="open")
        ids = sorted({fee["id"] for fee in fees if "adjusts" not in fee})
        turn.chance.shuffle(ids)
        if turn.shared or len(ids) < 4:
            return True
        day, percentage = turn.chance.randint(3, 20), str(turn.chance.choice((-100, -50, -33, 12)))
        month = (await self.look(f"/v1/fees/{ids[0]}", NAME)).get("days", SPRING)["from"][:8]
        days = {"from": f"{month}{day:02}", "to": f"{month}{day + turn.chance.randint(0, 6):02}"}
        await self._post(turn, f"fees/{ids[0]}/reduce-days", reason=True, days=days)
        await self._post(turn, f"fees/{ids[0]}/change-price", reason=True, percentage=percentage)
        await self._post(turn, f"fees/{ids[1]}/change-price", reason=True, percentage=percentage)
        await self._post(turn, f"fees/{ids[2]}/reduce-days", reason=True, days=YEAR)
        gone = await self._post(turn, f"fees/{ids[3]}/delete", reason=True)
        if gone is not None:
            turn.heard.append(gone.position)
        return await self._fee_run(turn)

    async def _invoice(self, turn: Turn) -> bool:
        """Proposals of everything: one of them may be cancelled or sent back first."""
        asked = {"method": "both", "invoice_date": "2026-01-31", "group": turn.group}
        run = await self._run(turn, "proposal-runs", asked)
        if run is None:
            return False
        proposals = await self._found("/v1/invoice-proposals", 1, run=run.stream)
        for place, proposal in enumerate(proposals):
            await self._approve(turn, proposal["id"], place)
        return True

    async def _approve(self, turn: Turn, proposal: str, place: int) -> None:
        path, fate = f"invoice-proposals/{proposal}", turn.chance.random()
        if fate < 0.15:
            await self._post(turn, f"{path}/lines/1/remove")
        if 0.15 < fate < 0.25 and place:
            await self._post(turn, f"{path}/cancel", reason=True)
            return
        await self._post(turn, f"{path}/submit")
        if fate > 0.85:
            await self._post(turn, f"{path}/reject", reason=True)
            await self._post(turn, f"{path}/submit")
        await self._post(turn, f"{path}/approve")
        posts = [self._post(turn, f"{path}/post", issued_on=f"2026-01-{turn.chance.randint(1, 31):02}")]
        if fate < 0.5:
            posts.append(self._post(turn, f"{path}/post"))
        turn.heard += [post.position for post in await asyncio.gather(*posts) if post is not None]

    async def _earn(self, turn: Turn) -> bool:
        """The same accrual run twice; a posted line is taken back, and earned once more."""
        asked = {"code": "MONTH", "posting_date": "2026-02-28", "group": turn.group}
        both = await asyncio.gather(self._run(turn, "accrual-runs", asked), self._run(turn, "accrual-runs", asked))
        posted = await self._found("/v1/recognition-schedule-lines", 1, group=turn.group, state="posted")
        for line in list(posted)[: turn.chance.randint(0, 2)]:
            path = f"recognition-schedules/{line['id']}/lines/{line['line']}"
            await self._post(turn, f"{path}/reverse", reason=True, on="2026-03-15")
            if turn.chance.random() < 0.5:
                await self._post(turn, f"{path}/accrue", on="2026-03-16")
        return None not in both and await self._run(turn, "accrual-runs", asked) is not None

    async def _credit(self, turn: Turn) -> bool:
        """Invoiced fees are given back, and their days billed again."""
        fees = await self._found("/v1/fees", 1, group=turn.group, standing="invoiced", kind="regular")
        for fee in sorted({fee["id"] for fee in fees})[: turn.chance.randint(1, 3)]:
            selected = await self._post(turn, f"fees/{fee}/select-for-credit", reason=True)
            turn.heard += [selected.position] if selected is not None else []
            if turn.chance.random() < 0.2:
                await self._post(turn, f"fees/{fee}/unselect-for-credit")
        asked = {"method": "credit_notes", "invoice_date": "2026-03-20", "group": turn.group}
        run = await self._run(turn, "proposal-runs", asked)
        if run is None:
            return False
        for proposal in await self._found("/v1/invoice-proposals", 1, run=run.stream):
            path = f"invoice-proposals/{proposal['id']}"
            for step in ("submit", "approve", "post"):
                done = await self._post(turn, f"{path}/{step}")
                turn.heard += [done.position] if done is not None else []
        return await self._fee_run(turn)

    async def _end(self, turn: Turn) -> bool:
        """One subscription is cancelled at once: what was billed for later days is taken off by a timer."""
        if turn.shared:
            return True
        await self._post(
            turn, f"subscriptions/{turn.subscriptions[0]}/cancel", reason=True, on="2026-02-14", mode="immediate"
        )
        for subscription in turn.subscriptions:
            await self.look(f"/v1/subscriptions/{subscription}", NAME)
        return True

    async def _run(self, turn: Turn, kind: str, asked: Told) -> Operation | None:
        """Asks for a run whose lists know what was done before; returns when it is over, or as good as."""
        known = [position for position in turn.heard if position][-4:]
        headers = {"not-older-than": ", ".join(known)} if known else {}
        unique = self._unique(turn, kind)
        said = {"description": unique} if kind == "fee-runs" else {}
        done = await self._say(Say(kind.removesuffix("s"), f"/v1/{kind}", {**asked, **said}, unique), **headers)
        if done is None or done.outcome != "ok":
            return None
        for _ in range(LOOKS):
            if self.stopping or (await self.look(f"/v1/{kind}/{done.stream}", NAME)).get("state") == "completed":
                break
            await elapse(LOOK_SECONDS)
        return done

    async def _found(self, path: str, wanted: int, **query: str) -> Sequence[Told]:
        """What a list shows, when it shows so much, or after some looks all the same."""
        items: Sequence[Told] = ()
        for _ in range(LOOKS // 4):
            items = (await self.read(path, NAME, limit="100", **query)).get("items", items)
            if self.stopping or len(items) >= wanted:
                break
            await elapse(LOOK_SECONDS)
        return items

    async def _put(self, turn: Turn, path: str, body: Told) -> Operation | None:
        unique = f"{turn.name}.{path.replace('/', '.')}"
        return await self._say(Say("put", f"/v1/{path}", body, unique), **{"if-none-match": "*"})

    async def _post(
        self, turn: Turn, path: str, *, unique: str = "", reason: bool = False, **body: Any
    ) -> Operation | None:
        what = path.rpartition("/")[2]
        name = f"{turn.name}.{unique}" if unique else self._unique(turn, what)
        said = {"reason": name} if reason else {}
        return await self._say(Say(what, f"/v1/{path}", {**body, **said}, name))

    def _unique(self, turn: Turn, what: str) -> str:
        turn.asked += 1
        return f"{turn.name}.{self.number}.{what}{turn.asked}"

    async def _say(self, say: Say, **headers: str) -> Operation | None:
        return await self.say(say, "", NAME, **headers)


def _turn_of(seed: int, number: int, turn: int) -> Turn:
    if turn % ROUND == 0:
        name = f"shared.bill.{turn // ROUND}"
        return Turn(name, f"G-S-{turn}", "MONTH", Random(f"{seed} {name}"), shared=True)
    code = f"Q-{number}-{turn}" if turn % CODES == 1 else "MONTH"
    return Turn(f"{number}.bill.{turn}", f"G-{number}-{turn}", code, Random(f"biller {seed} {number} {turn}"))


def _group(turn: Turn) -> Told:
    codes = {"invoicing_code": turn.code} | ({"accrual_code": "MONTH"} if turn.code != "MONTH" else {})
    accrues = turn.code != "MONTH" or turn.chance.random() < 0.8
    return {"name": turn.group, **codes, "accrue_revenue": accrues, "number_sequence": "SUB"}


def _terms(turn: Turn, number: int) -> Told:
    price = {"amount": f"{turn.chance.randint(20, 900)}.{turn.chance.randint(0, 99):02}", "currency": "EUR"}
    same = {"name": f"{turn.name}.{number}", "group": turn.group, "category": "CARE", "base_price": price}
    return {**same, "project": f"B-{number}"}
