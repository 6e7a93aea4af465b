"""The table of the generated pages."""

import json
from pathlib import Path
from typing import Any

from deploy.documents import asyncapi, openapi
from deploy.documents.catalogue import catalogue
from deploy.documents.rules import rules
from deploy.migrate.__main__ import SERVICES
from libs.events.registry import REGISTRY

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    return {
        DOCS / "events.md": catalogue(REGISTRY),
        DOCS / "asyncapi.json": _text(asyncapi.document(REGISTRY, SERVICES)),
        DOCS / "rules.md": rules(ROOT / "tests"),
        **{DOCS / "openapi" / f"{each.name}.json": _text(openapi.document(each)) for each in SERVICES},
    }


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
