"""Backups, as whoever makes them tells of them: the process that runs all services, or the one that was started for
this alone. It is no service, has no tables, and where it is not there no backups are made."""

from enum import StrEnum

from pydantic import Field

from medianest_common.contracts.base import Command, Contract, Nothing, Query, Timestamp


class BackupOrigin(StrEnum):
    SCHEDULE = "schedule"
    ADMINISTRATOR = "administrator"
    """Asked for in the administration."""
    COMMAND = "command"
    """`medianest backup`."""


class BackupState(StrEnum):
    WHOLE = "whole"
    """As long as it was when it was written."""
    DAMAGED = "damaged"
    """Shorter or longer than it was written: it cannot be restored."""
    UNKNOWN = "unknown"
    """Nothing is known of how it was made: it was copied here, or is of an older version."""


class Backup(Contract):
    """`seconds`, `rows`, `version` and `origin` are None where nothing is known of how it was made."""

    name: str
    taken_at: Timestamp
    bytes: int
    encrypted: bool
    state: BackupState
    origin: BackupOrigin | None
    seconds: float | None
    rows: int | None
    version: str | None


class BackupStep(StrEnum):
    PREPARING = "preparing"
    WRITING = "writing"
    """`done` of `total` services are written."""
    FINISHING = "finishing"


class BackupUnderWay(Contract):
    origin: BackupOrigin
    started_at: Timestamp
    step: BackupStep = BackupStep.PREPARING
    done: int = 0
    total: int = 0


class BackupFailure(Contract):
    at: Timestamp
    text: str
    """What was said about it, in English."""


class BackupSchedule(Contract):
    """What the settings say; `next_at` is None where none is made by itself."""

    at: str
    """Of the day, in the time of the machine, as in `03:30`."""
    next_at: Timestamp | None
    keep_daily: int
    keep_weekly: int


class BackupPlace(Contract):
    folder: str
    reachable: bool
    """Whether the folder could be looked into; its disk may have gone away."""
    free_bytes: int | None
    encrypts: bool
    """New ones are encrypted with the passphrase in the settings."""
    schedule: BackupSchedule
    since: Timestamp | None = None
    """Since when there has been anything to keep, as far as is known."""


class Backups(Contract):
    """`place` is None where nobody makes backups in this installation. The newest first."""

    place: BackupPlace | None
    under_way: BackupUnderWay | None
    last_failure: BackupFailure | None
    """Since the process was started, unless one was made after it."""
    items: list[Backup]


class ReadBackups(Query[Backups]):
    """Looked at in this moment."""


class MakeBackup(Command[Backups]):
    """Begins one; how far it has come is in `under_way`."""


class DeleteBackup(Command[Nothing]):
    name: str


class BackupDownload(Contract):
    path: str
    """Where it may be had for the next minutes, below the address of the portal."""
    bytes: int
    encrypted: bool


class OpenBackup(Query[Backup]):
    """For whoever may have it: one that is not encrypted holds all keys, and is for the owner alone."""

    name: str


class ReadBackupPiece(Query[Nothing]):
    """Answered with bytes; none where the end is reached."""

    name: str
    start: int = Field(ge=0)
