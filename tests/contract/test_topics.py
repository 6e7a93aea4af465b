"""A stream's partition is the one that Kafka's own clients choose for its key."""

from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as theirs
from hypothesis import given
from hypothesis import strategies as st

from libs.events.topics import PARTITIONS, TOPICS, murmur2, partition_of
from libs.kernel.ids import natural_id

EVERY = list(range(PARTITIONS))
STREAMS = [natural_id("order", number) for number in range(20_000)]


def test_the_hash_is_that_of_kafkas_clients_for_twenty_thousand_streams() -> None:
    assert [stream for stream in STREAMS if murmur2(stream.encode()) != theirs(stream.encode()) & 0xFFFFFFFF] == []


@given(st.binary(max_size=64))
def test_the_hash_is_that_of_kafkas_clients_for_keys_of_any_length(key: bytes) -> None:
    assert murmur2(key) == theirs(key) & 0xFFFFFFFF


def test_the_partition_is_the_one_that_a_client_would_choose() -> None:
    choose = DefaultPartitioner()
    chosen = [choose(stream.encode(), EVERY, EVERY) for stream in STREAMS[:2000]]
    assert [partition_of(stream) for stream in STREAMS[:2000]] == chosen
    assert set(chosen) == set(EVERY)


def test_partitions_and_topics_stay_what_they_are() -> None:
    assert PARTITIONS == 12
    assert partition_of("9cafda50-f17a-56c8-ba31-6a528df64e75") == 11
    assert TOPICS == {
        "agreement": "agreement.events.v1",
        "order": "order.events.v1",
        "subscription_billing": "subscription_billing.events.v1",
        "dispatch": "dispatch.events.v1",
        "reference": "reference.events.v1",
        "invoicing": "invoicing.events.v1",
    }
