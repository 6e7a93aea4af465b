"""Why a command was not done."""


class Refused(Exception):
    """The sentence for the operator."""
