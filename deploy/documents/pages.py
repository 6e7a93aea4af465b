"""The table of the generated pages."""

from pathlib import Path

from deploy.documents.catalogue import catalogue
from libs.events.registry import REGISTRY

ROOT = Path(__file__).parents[2]


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    return {ROOT / "docs" / "events.md": catalogue(REGISTRY)}
