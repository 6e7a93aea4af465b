"""The signals that ask the whole of it to stop: they interrupt whatever it is doing, or wait until it has stopped."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stopping_signals_interrupt() -> Iterator[None]:
    """Within, Ctrl-C, SIGTERM and a closed terminal all raise KeyboardInterrupt; main thread only."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled(interrupt):
        yield


@contextmanager
def stopping_signals_wait() -> Iterator[None]:
    """Within, they are ignored: what is stopping already, for a bounded time, is not cut short half-way."""
    with _handled(signal.SIG_IGN):
        yield


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> Iterator[None]:
    # under nohup a closed terminal is to be survived
    heard = [number for number in _STOPPING if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
