"""Stores and topics: nothing missing, nothing invented, everything in order, answers as they were given."""

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from aiokafka.partitioner import murmur2

from libs.events.registry import REGISTRY
from tests.chaos.clients import Operation
from tests.chaos.evidence import PARTITIONS, Answered, Evidence, Fact, Told

Problem = tuple[str, str]
"""The invariant, and what does not hold."""


def check_streams(evidence: Evidence) -> Iterator[Problem]:
    """I5: versions of a stream are 1, 2, 3; positions have no hole; recorded instants never decrease."""
    for name, facts in evidence.facts.items():
        versions, recorded = defaultdict[str, int](int), 0
        for position, fact in enumerate(facts, 1):
            versions[fact.stream] += 1
            if (fact.position, fact.version) != (position, versions[fact.stream]):
                yield "I5", f"{name}: {fact.stream}:{fact.version} at {fact.position}, wanted {position}"
            if fact.recorded < recorded:
                yield "I5", f"{name}: position {fact.position} was recorded before the one before it"
            recorded = fact.recorded
            if fact.name not in REGISTRY:
                yield "I5", f"{name}: {fact.name} is in no registry"


def check_transport(evidence: Evidence) -> Iterator[Problem]:
    """I2, I3, I4 for every publisher."""
    for name, records in evidence.topics.items():
        ours = [record for record in records if record.head]
        junk = {record.value for record in records if not record.head}
        yield from (("I4", f"{name}: a record without headers") for _ in junk - set(evidence.junk))
        yield from _check_topic(name, evidence.facts[name], ours, wiped=name in evidence.wiped)


def _check_topic(name: str, facts: Sequence[Fact], records: Sequence[Told], *, wiped: bool) -> Iterator[Problem]:
    wanted = {(fact.stream, fact.version): fact for fact in facts}
    seen: set[tuple[str, int]] = set()
    last, marks = defaultdict[str, int](int), defaultdict[int, int](int)
    for record in records:
        stream, version = record.head["ce_subject"], int(record.head["ce_sequence"])
        position, previous = int(record.head["ce_position"]), int(record.head["ce_previous"])
        fact = wanted.get((stream, version))
        if fact is None or _differs(fact, record):
            yield "I4", f"{name}: {stream}:{version} on the topic is not what was committed"
        if (stream, version) not in seen:
            if version != last[stream] + 1 and not wiped:
                yield "I3", f"{name}: {stream} jumps from {last[stream]} to {version}"
            last[stream] = version
            seen.add((stream, version))
        if position > marks[record.partition]:
            if previous != marks[record.partition] and not wiped:
                yield "I3", f"{name}, partition {record.partition}: {position} does not follow {previous}"
            marks[record.partition] = position
    yield from (("I2", f"{name}: {stream}:{version} is not on the topic") for stream, version in wanted.keys() - seen)
    yield from _check_chain(name, facts, records)


def _check_chain(name: str, facts: Iterable[Fact], records: Iterable[Told]) -> Iterator[Problem]:
    """I3: who looks for what follows, wherever it stands, comes from nothing to the last fact of each partition.

    Only that holds of a topic that was lost: what was new when it was made anew stands before what was sent again.
    """
    following: dict[int, dict[int, int]] = defaultdict(dict)
    for record in records:
        position, previous = int(record.head["ce_position"]), int(record.head["ce_previous"])
        if following[record.partition].setdefault(previous, position) != position:
            yield "I3", f"{name}, partition {record.partition}: two facts follow {previous}"
    for partition, tip in _tips(facts).items():
        mark = 0
        while partition >= 0 and mark in following[partition]:
            mark = following[partition].pop(mark)
        if partition >= 0 and mark != tip:
            yield "I3", f"{name}, partition {partition}: nothing follows {mark}, and {tip} is the last"


def _differs(fact: Fact, record: Told) -> bool:
    head = record.head
    return (
        (fact.value, fact.name, str(fact.position)) != (record.value, head["ce_type"], head["ce_position"])
        or record.key != fact.stream.encode()
        or record.partition != (murmur2(record.key) & 0x7FFFFFFF) % PARTITIONS
        or head["ce_id"] != f"{fact.stream}:{fact.version}"
        or head["ce_causationid"] != fact.meta["causation_id"]
    )


def duplicates(evidence: Evidence) -> int:
    """Records that repeat one before them."""
    return sum(
        len(ours) - len({record.head["ce_id"] for record in ours})
        for ours in ([record for record in records if record.head] for records in evidence.topics.values())
    )


def check_answers(evidence: Evidence) -> Iterator[Problem]:
    """I1 and I20: what was acknowledged is there as it was told, once; what was refused is not; the rest is all or none."""
    for service in sorted({operation.service for operation in evidence.history.operations}):
        store = evidence.stores[service]
        effects = defaultdict[str, list[Fact]](list)
        words = defaultdict[str, int](int)
        for fact in store.facts:
            effects[fact.meta["correlation_id"]].append(fact)
            for word in _words(fact):
                words[word] += 1
        answers = {answer.key: answer for answer in store.answers}
        for operation in evidence.history.operations:
            if operation.service == service:
                yield from _check_operation(operation, answers.get(operation.under), effects[operation.key])
        yield from (("I20", f"{service}: {word} was done {times} times") for word, times in words.items() if times > 1)


def _words(fact: Fact) -> Iterator[str]:
    """The words of a fact that one command alone has said."""
    match fact.name:
        case "order.OrderCreated.v1" | "order.OrderLineAdded.v1":
            yield f"{fact.name} {fact.says.get('description')}"
        case "order.OrderLinePriceOverridden.v1" | "order.OrderPosted.v1" if "reason" in fact.says:
            yield f"{fact.name} {fact.says['reason']}"
        case "reference.WorkerRecorded.v1" | "subscription_billing.SubscriptionOpened.v1":
            yield f"{fact.name} {fact.says['name']}"
        case "subscription_billing.FeeRunRequested.v1":
            yield f"{fact.name} {fact.says['description']}"
        case "subscription_billing.FeeDaysReduced.v1" | "subscription_billing.FeePriceChanged.v1" if (
            "reason" in fact.says
        ):
            yield f"{fact.name} {fact.says['reason']}"
        case _:
            pass


BILLING = "subscription_billing"
SILENT = frozenset({"sign-off", "post", "generate-periods"})
"""Commands that may rightly give no fact."""


def _check_operation(operation: Operation, answer: Answered | None, effect: list[Fact]) -> Iterator[Problem]:
    about = f"{operation.what} {operation.key}"
    if _several(operation, effect):
        yield "I20", f"{about} took effect more than once"
    if operation.outcome == "fail" and (answer or effect):
        yield "I1", f"{about} was refused with {operation.status}, and happened"
    if operation.outcome == "ok":
        told = (operation.stream, operation.version)
        if answer is None or (answer.stream, answer.version) != told:
            yield "I1", f"{about} was acknowledged at {told}, and the store says {answer}"
        if not effect and operation.what not in SILENT:
            yield "I1", f"{about} was acknowledged, and none of its facts is there"
    if effect and (answer is None or effect[-1][1:3] != (answer.version, answer.position)):
        yield "I1", f"{about} is half there: {answer}, and facts up to {effect[-1][1:3]}"


def _several(operation: Operation, effect: list[Fact]) -> bool:
    """Whether the facts are of more than one append. Those of billing may be of several streams, one behind the other."""
    streams = 1 if operation.service == BILLING else len({fact.stream for fact in effect})
    appends = {(fact.position - place, fact.recorded) for place, fact in enumerate(effect)}
    return len(appends) > 1 or streams > 1


def check_real_time(evidence: Evidence) -> Iterator[Problem]:
    """I50, I51: what was invoked after an acknowledgement stands behind it; a read shows what was acknowledged before."""
    changes, reads = defaultdict[str, list[Operation]](list), defaultdict[str, list[tuple[float, int]]](list)
    for operation in evidence.history.operations:
        if operation.outcome == "ok" and operation.version and operation.what not in SILENT:
            changes[operation.stream].append(operation)
    for stream, invoked, _, version in evidence.history.reads:
        reads[stream].append((invoked, version))
    asked = Counter(operation.key for operation in evidence.history.operations)
    for stream, operations in changes.items():
        yield from _check_stream(stream, operations, reads[stream], asked)


def _check_stream(
    stream: str, operations: list[Operation], reads: list[tuple[float, int]], asked: Mapping[str, int]
) -> Iterator[Problem]:
    acknowledged = sorted((operation.ended, operation.version) for operation in operations)
    ends, highest = [ended for ended, _ in acknowledged], _highest(acknowledged)
    for operation in operations:
        before = highest[bisect.bisect_left(ends, operation.invoked)]
        # what several clients asked under one key is one command: all are told its one version
        if operation.version <= before and asked[operation.key] == 1:
            yield "I50", f"{stream}: {operation.key} got {operation.version} after {before} was acknowledged"
    for invoked, version in reads:
        before = highest[bisect.bisect_left(ends, invoked)]
        if version < before:
            yield "I51", f"{stream}: {version} was shown after {before} was acknowledged"


def _highest(acknowledged: Iterable[tuple[float, int]]) -> list[int]:
    found = [0]
    for _, version in acknowledged:
        found.append(max(found[-1], version))
    return found


def check_marks(evidence: Evidence) -> Iterator[Problem]:
    """I7: every consumer has heard all of its source, every relay has sent all; one that has not is no safety fault."""
    for service, store in evidence.stores.items():
        if service in evidence.facts and store.relayed != len(store.facts):
            yield "live", f"{service}: the relay stands at {store.relayed} of {len(store.facts)}"
        tips = {source: _tips(facts) for source, facts in evidence.facts.items()}
        for (consumer, source, partition), position in store.heard.items():
            wanted = tips.get(source, {}).get(partition, 0)
            if position != wanted:
                yield "live", f"{consumer}: {source}, partition {partition}: {position} of {wanted} was heard"


def _tips(facts: Iterable[Fact]) -> Mapping[int, int]:
    """The last position of every partition; -1 stands for the log itself."""
    tips: dict[int, int] = {}
    for fact in facts:
        tips[(murmur2(fact.stream.encode()) & 0x7FFFFFFF) % PARTITIONS] = fact.position
        tips[-1] = fact.position
    return tips
