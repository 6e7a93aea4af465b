"""Commands that the state refuses, and what agreements and the clocks of service levels are told wrongly."""

from tests.cases.bad_inputs.case import Case, Got, OutOfScope, refused
from tests.cases.bad_inputs.world import World


async def cancel_posted(world: World, case: Case) -> Got:
    """An order that is posted is canceled; it stays as it was."""
    path = await world.order("posted")
    before = await world.tag(path)
    got = refused(case, await world.post(f"{path}/cancel", "{}"))
    return got if await world.tag(path) == before else Got(got.status, got.error_code, ("it changed",))


async def of_agreement(world: World, case: Case) -> Got:
    """An agreement is told what its state does not take."""
    raise OutOfScope("there is no agreement service yet")


async def of_validity(world: World, case: Case) -> Got:
    """The validity of an agreement."""
    raise OutOfScope("there is no agreement service yet")


async def agreement_of_nobody(world: World, case: Case) -> Got:
    """An agreement for a customer who is not recorded."""
    raise OutOfScope("there is no agreement service yet")


async def agreement_of_a_stranger(world: World, case: Case) -> Got:
    """An order under the agreement of another customer."""
    raise OutOfScope("there is no agreement service yet")


async def of_sla_policy(world: World, case: Case) -> Got:
    """The budgets of a service level."""
    raise OutOfScope("there are no service levels yet")


async def of_pause(world: World, case: Case) -> Got:
    """A clock that is resumed before it was paused."""
    raise OutOfScope("orders have no clocks yet")


async def pause_twice(world: World, case: Case) -> Got:
    """A clock that is paused is paused again."""
    raise OutOfScope("orders have no clocks yet")


async def resume_running(world: World, case: Case) -> Got:
    """A clock that runs is resumed."""
    raise OutOfScope("orders have no clocks yet")
