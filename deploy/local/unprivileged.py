"""PostgreSQL refuses to run as root: the ways in which root runs it as somebody else."""

import os
import pwd
import shutil
import subprocess
from functools import cache
from pathlib import Path

_NOBODY = 65534
_NAMESPACE = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--")


class CannotGiveUpRoot(Exception):
    """Neither a user namespace nor another user is to be had."""


def wrapper_for(folder: Path) -> tuple[str, ...]:
    """What goes before a command that must not see root; the existing folder belongs to its user afterwards.

    A user namespace changes only what the process believes, so it reaches folders of ours with mode 0700. Where
    namespaces are refused another user is taken, who must be able to reach the folder.
    """
    if os.geteuid() != 0:
        return ()
    if _namespaces_allowed():
        return _NAMESPACE
    return as_other_user(folder)


@cache
def _namespaces_allowed() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


def as_other_user(folder: Path) -> tuple[str, ...]:
    if shutil.which("setpriv") is None:
        raise CannotGiveUpRoot("as root this needs user namespaces (unshare) or setpriv, both of util-linux")
    user = _other_user()
    wrapper = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    if subprocess.run([*wrapper, "test", "-w", str(folder)], check=False).returncode != 0:
        raise CannotGiveUpRoot(f"user {user.pw_name} cannot reach {folder}: choose a data folder open to it")
    return wrapper


def _other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotGiveUpRoot("this machine has neither a user postgres nor a user nobody")
