"""The folder that a system lives in: its ports, and the claim that keeps two systems from sharing it."""

import fcntl
import os
from io import TextIOWrapper
from pathlib import Path

from deploy.local.ports import RememberedPorts


class FolderInUse(Exception):
    """Another system lives in the folder."""


class DataFolder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.ports = RememberedPorts(path / "ports.json")
        self._claim: TextIOWrapper | None = None

    def claim(self) -> None:
        """Raises FolderInUse unless the folder is ours from now on; the claim ends with this process, however it ends,
        and with this object.

        Whatever a note in a claimed folder names was left by a crash: without the claim a second start would end the
        processes of the first.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        file = (self.path / "claim").open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "?"
            file.close()
            raise FolderInUse(f"{self.path} is in use by process {holder}: stop it first") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._claim = file

    def release(self) -> None:
        if self._claim is not None:
            self._claim.close()
            self._claim = None
