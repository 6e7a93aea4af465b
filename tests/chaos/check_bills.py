"""Documents of subscriptions: each proposal becomes one, each share is charged once and given back once, numbers have no gap."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from tests.chaos.billed import DOCUMENTS, ZERO, Says, Told, amount, told
from tests.chaos.check_log import Problem
from tests.chaos.evidence import Evidence

Place = tuple[str, int]
"""A stream and a number in it: a document's line, a fee's share."""


def check_bills(evidence: Evidence) -> Iterator[Problem]:
    """I10: a proposal that was posted is one document of exactly its lines; what was acknowledged is that document."""
    proposals = _proposals(evidence)
    posted = {one.stream: one.says for one in told(evidence, "ProposalInvoiced")}
    documents = list(told(evidence, *DOCUMENTS))
    for one in documents:
        says, proposal = one.says, one.says["proposal"]
        become = posted.pop(proposal, {})
        if (become.get("document"), become.get("number")) != (one.stream, says["number"]):
            yield "I10", f"{says['number']} is of proposal {proposal}, which became {become.get('number')}"
        lines = {line["line"]: (line["fee"], line["share"], amount(line["net"])) for line in says["lines"]}
        if lines != proposals.get(proposal):
            yield "I10", f"{says['number']} has the lines {lines}, its proposal {proposals.get(proposal)}"
    yield from (
        ("I10", f"proposal {proposal} became {says['number']}, which is not there") for proposal, says in posted.items()
    )
    numbers = {(one.says["proposal"], one.says["number"]) for one in documents}
    for operation in evidence.history.operations:
        if operation.document and (operation.stream, operation.document) not in numbers:
            yield "I1", f"{operation.key} was told {operation.document}, which is no document of its proposal"


def _proposals(evidence: Evidence) -> Mapping[str, Mapping[int, tuple[str, int, Decimal]]]:
    """The lines of every proposal as it stood last: fee, share and amount."""
    found = defaultdict[str, dict[int, tuple[str, int, Decimal]]](dict)
    for one in told(evidence, "ProposalLineAdded", "ProposalLineRemoved", "ProposalLineRepriced"):
        lines = found[one.stream]
        if one.name == "ProposalLineAdded":
            content = one.says["content"]
            lines[content["line"]] = (content["fee"], content["share"], amount(content["amount"]))
        elif one.name == "ProposalLineRemoved":
            lines.pop(one.says["line"], None)
        else:
            lines[one.says["line"]] = (*lines[one.says["line"]][:2], amount(one.says["amount"]))
    return found


def check_shares(evidence: Evidence) -> Iterator[Problem]:
    """I10, I33: a share is charged by one line and given back by one, which repeats it; both sides tell of the same."""
    lines = {(one.stream, line["line"]): line for one in told(evidence, *DOCUMENTS) for line in one.says["lines"]}
    charged, back = dict[Place, Says](), dict[Place, Says]()
    for one in told(evidence, "FeeInvoiced", "FeeCredited"):
        share, kept = (one.stream, one.says["share"]), charged if one.name == "FeeInvoiced" else back
        if share in kept or (kept is back and share not in charged):
            yield "I10", f"share {share}: a second {one.name}, or one before its time"
        kept[share] = one.says
    for share, says in (*charged.items(), *back.items()):
        line = lines.pop((says["document"], says["line"]), None)
        if line is None or (line["fee"], line["share"]) != share:
            yield "I10", f"share {share} is on line {says['line']} of {says['number']}, which is {line}"
        elif "net" in says and (amount(says["net"]), "reverses" in line) != (amount(line["net"]), False):
            yield "I33", f"share {share} was charged {says['net']}, its line {line['net']}"
        elif "net" not in says:
            yield from _given_back(share, line, charged.get(share, {}))
    yield from (("I10", f"line {place} charges or gives back what no fee knows of") for place in lines)


def _given_back(share: Place, line: Says, charged: Says) -> Iterator[Problem]:
    reverses = line.get("reverses", {})
    if (reverses.get("document"), reverses.get("line")) != (charged.get("document"), charged.get("line")):
        yield "I33", f"share {share} is given back by a line that reverses {reverses}"
        return
    nets = amount(line["net"]) + amount(charged["net"])
    if nets or sorted(map(_tax, charged["taxes"])) != sorted((code, -tax) for code, tax in map(_tax, line["taxes"])):
        yield "I33", f"share {share} was charged {charged['net']} and given back {line['net']}"


def _tax(tax: Says) -> tuple[str, Decimal]:
    return tax["code"], amount(tax["tax"])


def check_totals(evidence: Evidence) -> Iterator[Problem]:
    """I33: net, tax and total of a document are the sums of its lines, and of its taxes."""
    for one in told(evidence, *DOCUMENTS):
        says, lines = one.says, one.says["lines"]
        net = sum((amount(line["net"]) for line in lines), ZERO)
        tax = sum((amount(tax["tax"]) for line in lines for tax in line["taxes"]), ZERO)
        gross = sum((amount(line["gross"]) for line in lines), ZERO)
        by_code = sum((amount(tax["tax"]) for tax in says["taxes"]), ZERO)
        told_of = tuple(amount(says[name]) for name in ("net", "tax", "tax", "total", "total"))
        if told_of != (net, tax, by_code, net + tax, gross):
            yield "I33", f"{says['number']}: net, tax and total {told_of} are not the sums of its lines"
        if (amount(says["total"]) < 0) != (one.name == "CreditNotePosted") and amount(says["total"]):
            yield "I33", f"{says['number']} is a {one.name} of {says['total']}"


def check_bill_numbers(evidence: Evidence) -> Iterator[Problem]:
    """I25: the numbers of each kind, issuer and year count from 1 without a hole, in the order of posting."""
    numbers = defaultdict[tuple[str, str], list[int]](list)
    for one in told(evidence, *DOCUMENTS):
        series, _, number = one.says["number"].rpartition("-")
        if series != f"{DOCUMENTS[one.name]}-{one.says['issued_on'][:4]}":
            yield "I25", f"{one.says['number']} is a {one.name} of {one.says['issued_on']}"
        numbers[one.says["issuer"], series].append(int(number))
    for series, found in numbers.items():
        wrong = [number for place, number in enumerate(found, 1) if number != place]
        if wrong:
            yield "I25", f"{series}: {len(wrong)} of {len(found)} numbers are out of place, first {wrong[0]}"


def check_fees_kept(evidence: Evidence) -> Iterator[Problem]:
    """I34: by project, what fees came to is what is open, deleted, or stands on documents; nothing else came or went."""
    created, left = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    shares = dict[Place, tuple[str, Decimal]]()
    for one in told(evidence, "FeeCreated", "FeeInvoiced", "FeeDeleted"):
        project = one.says.get("project", "")
        if one.name == "FeeCreated":
            created[project] += amount(one.says["amount"])
            shares |= {(one.stream, each["share"]): (project, amount(each["amount"])) for each in one.says["shares"]}
        gone = [place for place in shares if place[0] == one.stream] if one.name == "FeeDeleted" else []
        for place in [*gone, *([(one.stream, one.says["share"])] if one.name == "FeeInvoiced" else [])]:
            project, worth = shares.pop(place, ("", ZERO))
            left[project] += worth if one.name == "FeeDeleted" else ZERO
    for project, worth in shares.values():
        left[project] += worth
    for project, worth in _charged(told(evidence, *DOCUMENTS)).items():
        left[project] += worth
    for project in created.keys() | left.keys():
        if created[project] != left[project]:
            yield "I34", f"{project}: fees of {created[project]} were created, {left[project]} can be accounted for"


def _charged(documents: Iterable[Told]) -> Mapping[str, Decimal]:
    """By project, the net of every line that charges."""
    found = defaultdict[str, Decimal](Decimal)
    for one in documents:
        for line in one.says["lines"]:
            found[line["project"]] += ZERO if "reverses" in line else amount(line["net"])
    return found
