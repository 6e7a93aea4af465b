"""Logs: one JSON object a line, whatever stands in the message."""

import json
import logging

from libs.runtime.logs import JsonLines


def _line(message: str, **about: object) -> str:
    record = logging.LogRecord("order", logging.WARNING, "f.py", 1, message, None, None)
    record.about = about
    return JsonLines("order").format(record)


def test_a_line_is_one_json_object() -> None:
    line = json.loads(_line("role starts again", role="relay"))
    assert {name: line[name] for name in ("level", "service", "logger", "message", "role")} == {
        "level": "warning",
        "service": "order",
        "logger": "order",
        "message": "role starts again",
        "role": "relay",
    }


def test_a_line_end_in_a_message_begins_no_new_line() -> None:
    assert "\n" not in _line('x\n{"level":"forged"}\r\n')
