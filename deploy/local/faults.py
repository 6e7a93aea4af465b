"""The faults of a local system that a person can do something about: told in a sentence, without a traceback."""

from deploy.local.data_folder import FolderInUse
from deploy.local.jar_sources import Unavailable
from deploy.local.jars import JarsRefused
from deploy.local.java import NoJava
from deploy.local.ports import NoFreePort
from deploy.local.postgres_binaries import NoPostgres
from deploy.local.processes import ProgramFailed
from deploy.local.unprivileged import CannotGiveUpRoot

TOLD = (CannotGiveUpRoot, FolderInUse, JarsRefused, NoFreePort, NoJava, NoPostgres, ProgramFailed, Unavailable)
