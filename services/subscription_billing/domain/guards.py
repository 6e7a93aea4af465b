"""Named rules that codes, groups, prices and subscriptions share: each answers its refusal or None; the first wins."""

from libs.kernel.decider import Rejected
from services.subscription_billing.domain.references import Reference

Refusal = Rejected | None


def first(*refusals: Refusal) -> Refusal:
    """The first refusal, or None when every rule is kept."""
    return next((refusal for refusal in refusals if refusal is not None), None)


def insist(*refusals: Refusal) -> None:
    """Raises the first refusal, if there is one."""
    if (refusal := first(*refusals)) is not None:
        raise refusal


def something_changes(before: object, after: object) -> Refusal:
    """A command leaves something different from what it found."""
    return Rejected.state("nothing_to_change", "everything is like this already") if before == after else None


def known(name: str, key: str | None, row: Reference | None) -> Refusal:
    """What is named exists with its owner and is active. Source: CFG-13, data IDS-019."""
    said = name.replace("_", " ")
    if key is None:
        return None
    if row is None:
        return Rejected.value("unknown_reference", f"there is no {said} {key}", field=f"/{name}")
    if row.active:
        return None
    return Rejected.value("inactive_reference", f"{said} {key} is not active", field=f"/{name}")
