"""The demo as a newcomer runs it: a fresh folder, the story, the figures of expected.txt, and nothing left behind."""

import os
import subprocess
import sys
from pathlib import Path

from deploy.local.services import ROOT


def test_the_demo_prints_what_is_expected_and_ends(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")
    }
    done = subprocess.run(
        [sys.executable, "-m", "deploy.demo", "--data", str(tmp_path / "demo")],
        cwd=ROOT,
        env={**environment, "DEMO_EXIT": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (ROOT / "deploy" / "demo" / "expected.txt").read_text().strip() in done.stdout
    assert "From start to report:" in done.stdout
    assert not list((tmp_path / "demo" / "run").glob("*.pid"))
