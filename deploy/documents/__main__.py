"""Writes every generated document and schema again: `python -m deploy.documents`."""

import sys

from deploy.documents.pages import pages
from deploy.documents.rules import Unheld
from deploy.documents.schemas import PromiseBroken, schemas
from libs.events.registry import REGISTRY


def main() -> int:
    """Writes all or nothing: when a frozen schema would be broken, or a rule has no test, every file stays as it is."""
    try:
        texts = schemas(REGISTRY) | pages()
    except (PromiseBroken, Unheld) as broken:
        print(broken, file=sys.stderr)
        return 1
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
