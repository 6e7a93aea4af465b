"""What is kept of a run that failed: the report, the schedule, the history, the logs, and raw tables and topics."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.chaos.run import Report, Run


def keep(run: Run, report: Report, below: Path) -> Path:
    """Writes everything into a new folder below, and answers it."""
    folder = below / f"seed-{report.seed}-{run.system.prefix}"
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(report.line())
    (folder / "schedule.txt").write_text("\n".join(map(str, run.steps())))
    _lines(folder / "history.jsonl", [asdict(operation) for operation in run.history.operations])
    for service, store in run.evidence.stores.items():
        _lines(folder / f"{service}.facts.jsonl", [fact._asdict() for fact in store.facts])
        _lines(folder / f"{service}.answers.jsonl", [answer._asdict() for answer in store.answers])
        for name, table in store.views.items():
            _lines(folder / f"{service}.{name}.jsonl", list(table.rows))
    for publisher, records in run.evidence.topics.items():
        _lines(folder / f"{publisher}.topic.jsonl", [record._asdict() for record in records])
    shutil.copytree(run.stage.folder / "processes", folder / "logs")
    return folder


def _lines(file: Path, entries: list[Any]) -> None:
    with file.open("w") as lines:
        for entry in entries:
            lines.write(json.dumps(entry, default=lambda value: value.decode(errors="replace")) + "\n")
