"""Where facts travel: one topic per publisher, twelve partitions, chosen by the stream id."""

from functools import lru_cache

PARTITIONS = 12
"""Never changed: another number would send a stream's later facts elsewhere. Source: contracts 2."""

TOPICS: dict[str, str] = {
    publisher: f"{publisher}.events.v1"
    for publisher in ("agreement", "order", "subscription_billing", "dispatch", "reference", "invoicing")
}

_M = 0x5BD1E995
_SEED = 0x9747B28C
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """The 32-bit hash by which Kafka's own clients choose partitions."""
    value = (_SEED ^ len(data)) & _MASK
    whole = len(data) // 4 * 4
    for start in range(0, whole, 4):
        word = int.from_bytes(data[start : start + 4], "little") * _M & _MASK
        value = value * _M & _MASK ^ (word ^ word >> 24) * _M & _MASK
    if whole < len(data):
        value = (value ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    value = (value ^ value >> 13) * _M & _MASK
    return value ^ value >> 15


@lru_cache(maxsize=8192)
def partition_of(stream_id: str) -> int:
    """The partition of a stream's facts: murmur2 of its id."""
    return (murmur2(stream_id.encode()) & 0x7FFFFFFF) % PARTITIONS
