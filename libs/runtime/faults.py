"""Faults that every service answers in the same way, whatever it decides."""


class VersionConflict(Exception):
    """The stream has moved: it stands at `present` (HTTP 412)."""

    def __init__(self, present: int) -> None:
        super().__init__(f"the present version is {present}")
        self.present = present


class AlreadyExists(Exception):
    """Something that was to be new is there (HTTP 412)."""


class KeyReused(Exception):
    """The idempotency key was used for another request (HTTP 422)."""


class NotFound(Exception):
    """There is no such thing, or not for this caller (HTTP 404)."""


class Unavailable(Exception):
    """The database is away (HTTP 503); `retry_after` is in seconds."""

    def __init__(self, sentence: str, retry_after: int = 1) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class NotYetHeard(Unavailable):
    """What another service has told, and the request builds on, has not arrived here yet (HTTP 503); the sentence, which
    the caller sees, says what."""


class StreamAhead(Exception):
    """The stream holds a fact that this version does not know (HTTP 503): nothing is folded around it."""


class InProgress(Exception):
    """The same idempotency key is being worked on (HTTP 409)."""
