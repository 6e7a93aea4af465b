"""An invoice proposal: a document to be, changed until it is posted or cancelled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from libs.events import subscription_billing_invoices as says
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.kernel.decider import Decider, Rejected
from libs.kernel.money import Money, total
from services.subscription_billing.domain.invoicing.commands import (
    AddLine,
    Approve,
    Cancel,
    Command,
    CreateProposal,
    Post,
    Reject,
    RemoveLine,
    RepriceLine,
    Submit,
)

Facts = Sequence[SubscriptionBillingFact]
Stage = Literal["open", "submitted", "approved", "rejected", "canceled", "invoiced"]
"""Source: INV-07."""

MOST_LINES = 500
"""Of one proposal: a document is one fact, and what is more goes on the next."""


@dataclass(frozen=True)
class Absent:
    """Nothing was begun yet."""


@dataclass(frozen=True)
class Proposal:
    """A proposal as it stands. Lines by number from 1; `lines_added` counts removed ones too."""

    created: says.ProposalCreated
    stage: Stage = "open"
    lines: Mapping[int, says.ProposedLine] = field(default_factory=dict)
    lines_added: int = 0
    invoiced: says.ProposalInvoiced | None = None

    @property
    def content(self) -> tuple[says.ProposedLine, ...]:
        """The lines by number."""
        return tuple(self.lines[number] for number in sorted(self.lines))

    @property
    def total(self) -> Money:
        """What the amounts of its lines come to, as a person sees them: before tax, unless the prices contain it."""
        return total((line.amount for line in self.lines.values()), self.created.currency)


State = Absent | Proposal


def is_credit(line: says.ProposedLine) -> bool:
    """Whether it takes a posted line back."""
    return line.reverses is not None


def _add(proposal: Proposal, command: AddLine) -> Facts:
    content, header = command.content, proposal.created
    if len(proposal.content) >= MOST_LINES:
        raise Rejected.state("proposal_full", f"a proposal has at most {MOST_LINES} lines")
    if content.amount.currency != header.currency:
        raise currency_mixed(header.currency, "/fee")
    if header.method == ("invoices" if is_credit(content) else "credit_notes"):
        raise Rejected.value("other_method", f"the proposal is for {header.method}", field="/fee")
    if header.subscription is not None and content.subscription != header.subscription:
        raise Rejected.value("other_subscription", "the proposal is for one subscription", field="/fee")
    if any((line.fee, line.share) == (content.fee, content.share) for line in proposal.content):
        raise Rejected.state("fee_on_proposal", "this share of the fee is on the proposal already")
    number = proposal.lines_added + 1
    return [says.ProposalLineAdded(content=content.model_copy(update={"line": number}))]


def _remove(proposal: Proposal, command: RemoveLine) -> Facts:
    line_of(proposal, command.line)
    return [says.ProposalLineRemoved(line=command.line)]


def _reprice(proposal: Proposal, command: RepriceLine) -> Facts:
    line = line_of(proposal, command.line)
    if is_credit(line):
        raise Rejected.state("credit_line", "a credit repeats what was invoiced")
    if line.kind not in ("regular", "non_regular") or command.adjusted:
        raise Rejected.state("fee_adjusted", "a fee with adjustments keeps its price: change it by another adjustment")
    if command.amount.currency != line.amount.currency:
        raise currency_mixed(line.amount.currency, "/amount")
    if command.amount.minor < 0:
        raise Rejected.value("net_negative", "a fee is not below zero", field="/amount")
    if command.amount == line.amount:
        raise Rejected.state("nothing_to_change", "the line has this amount already")
    return [
        says.ProposalLineRepriced(line=command.line, before=line.amount, amount=command.amount, reason=command.reason)
    ]


def _submit(proposal: Proposal, _: Submit) -> Facts:
    if not proposal.created.workflow:
        raise Rejected.state("no_workflow", "proposals are posted without approval")
    _insist_lines(proposal)
    return [says.ProposalSubmitted()]


def _approve(proposal: Proposal, command: Approve) -> Facts:
    insist_total(proposal, command.total)
    return [says.ProposalApproved()]


def _reject(_: Proposal, command: Reject) -> Facts:
    return [says.ProposalRejected(reason=command.reason)]


def _cancel(_: Proposal, command: Cancel) -> Facts:
    return [says.ProposalCanceled(reason=command.reason)]


def _post(proposal: Proposal, command: Post) -> Facts:
    insist_postable(proposal)
    insist_total(proposal, command.total)
    return [says.ProposalInvoiced(document=command.document, number=command.number, issued_on=command.issued_on)]


def insist_postable(proposal: Proposal) -> None:
    """With the workflow on only an approved proposal is posted, without it an open one. Source: INV-07."""
    if proposal.created.workflow and proposal.stage in ("open", "submitted", "rejected"):
        raise Rejected.state(
            "proposal_not_approved", f"the proposal is {proposal.stage}: only an approved one is posted"
        )
    if proposal.stage not in ("open", "approved"):
        raise Rejected.transition(proposal.stage, allowed_actions(proposal), f"the proposal is {proposal.stage}")
    _insist_lines(proposal)


def insist_total(proposal: Proposal, seen: Money | None) -> None:
    """What a person lets pass is what the person saw: the total, where it is said, is that of the lines now.

    Refuses `total_mismatch`. Source: data MNY-017.
    """
    if seen is not None and seen != proposal.total:
        raise Rejected.value("total_mismatch", f"the lines come to {proposal.total}, not to {seen}", field="/total")


def currency_mixed(currency: str, field: str) -> Rejected:
    """A document is in one currency. Source: INV-04, data MNY-016."""
    sentence = f"the proposal is in {currency}"
    return Rejected.value("currency_mismatch", sentence, field=field, error_code="currency_mixed")


def _insist_lines(proposal: Proposal) -> None:
    if not proposal.content:
        raise Rejected.state("proposal_empty", "the proposal has no lines")


def line_of(proposal: Proposal, number: int) -> says.ProposedLine:
    """The line of that number; refuses `unknown_line`."""
    if number not in proposal.lines:
        raise Rejected.value("unknown_line", f"the proposal has no line {number}", field="/line")
    return proposal.lines[number]


_OPEN: Mapping[type[Command], Callable[[Any, Any], Facts]] = {
    AddLine: _add,
    RemoveLine: _remove,
    RepriceLine: _reprice,
    Submit: _submit,
    Cancel: _cancel,
    Post: _post,
}
DECISIONS: Mapping[Stage, Mapping[type[Command], Callable[[Any, Any], Facts]]] = {
    "open": _OPEN,
    "rejected": _OPEN,
    "submitted": {Approve: _approve, Reject: _reject, Post: _post},
    "approved": {Cancel: _cancel, Post: _post},
    "canceled": {},
    "invoiced": {},
}
"""Which commands a stage accepts. Source: INV-07, subscription-billing 7 (Proposal)."""


def allowed_actions(proposal: Proposal) -> tuple[str, ...]:
    """What the stage accepts, in the order of the table; submitting and posting as the workflow has it."""
    without = {Post} if proposal.created.workflow and proposal.stage != "approved" else {Submit}
    return tuple(_action(command) for command in DECISIONS[proposal.stage] if command not in without)


def _action(command: type[Command]) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in command.__name__).lstrip("-")


def decide(command: Command, state: State) -> Facts:
    """The facts that the command gives; posting what is posted gives none (INV-14)."""
    match command, state:
        case CreateProposal(created), Absent():
            return [created]
        case CreateProposal(), _:
            return []
        case Post(), Proposal(stage="invoiced"):
            insist_total(state, command.total)
            return []
        case _, Proposal(stage=stage) if type(command) in DECISIONS[stage]:
            return DECISIONS[stage][type(command)](state, command)
        case _, Proposal(stage=stage):
            sentence = f"a proposal that is {stage} does not allow {_action(type(command))}"
            raise Rejected.transition(stage, allowed_actions(state), sentence)
        case _:
            raise Rejected.transition("absent", (), "there is no such proposal")


def _line_added(proposal: Proposal, fact: says.ProposalLineAdded) -> Proposal:
    number = fact.content.line
    return replace(proposal, lines={**proposal.lines, number: fact.content}, lines_added=number)


def _line_removed(proposal: Proposal, fact: says.ProposalLineRemoved) -> Proposal:
    kept = {number: line for number, line in proposal.lines.items() if number != fact.line}
    return replace(proposal, lines=kept)


def _line_repriced(proposal: Proposal, fact: says.ProposalLineRepriced) -> Proposal:
    repriced = proposal.lines[fact.line].model_copy(update={"amount": fact.amount})
    return replace(proposal, lines={**proposal.lines, fact.line: repriced})


_STAGES: Mapping[type[SubscriptionBillingFact], Stage] = {
    says.ProposalSubmitted: "submitted",
    says.ProposalApproved: "approved",
    says.ProposalRejected: "rejected",
    says.ProposalCanceled: "canceled",
}


def evolve(state: State, fact: SubscriptionBillingFact) -> State:
    """The state after the fact."""
    match fact, state:
        case says.ProposalCreated(), Absent():
            return Proposal(fact)
        case says.ProposalLineAdded(), Proposal():
            return _line_added(state, fact)
        case says.ProposalLineRemoved(), Proposal():
            return _line_removed(state, fact)
        case says.ProposalLineRepriced(), Proposal():
            return _line_repriced(state, fact)
        case says.ProposalInvoiced(), Proposal():
            return replace(state, stage="invoiced", invoiced=fact)
        case _, Proposal() if type(fact) in _STAGES:
            return replace(state, stage=_STAGES[type(fact)])
        case _:
            return state


proposal: Decider[Command, State, SubscriptionBillingFact] = Decider(Absent(), decide, evolve)
