"""The folder of backups: which of its files are backups, and what is known of how each was made.

Beside each lies a small hidden file with that, so that one which was cut short by a disk is told from a whole one
without its passphrase. A backup needs it for nothing.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from medianest_common.contracts.keeping import Backup, BackupOrigin, BackupState

_NAME = re.compile(r"medianest-(\d{8}T\d{6}Z)\.tar\.gz(\.age)?")
_ENCRYPTED = ".age"


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    bytes: int
    seconds: float
    rows: int
    version: str
    origin: BackupOrigin

    @classmethod
    def of(cls, file: Path) -> "Record | None":
        """None where there is none, or none that can be read."""
        try:
            return cls.model_validate_json(_record_of(file).read_bytes())
        except (OSError, ValidationError):
            return None

    def write(self, file: Path) -> None:
        _record_of(file).write_text(self.model_dump_json() + "\n", encoding="utf-8")


def taken_at(file: Path) -> datetime | None:
    """By its name, whoever copied it since; None where it is none of ours."""
    if not (named := _NAME.fullmatch(file.name)):
        return None
    try:
        return datetime.strptime(named[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def backups_in(folder: Path) -> list[tuple[datetime, Path]]:
    """Newest first. Raises `OSError` for a folder that cannot be looked into."""
    try:
        found = [(at, file) for file in folder.iterdir() if (at := taken_at(file))]
    except FileNotFoundError:
        return []
    return sorted(found, reverse=True)


def described(at: datetime, file: Path) -> Backup:
    """Raises `OSError` where it has gone meanwhile."""
    size, record = file.stat().st_size, Record.of(file)
    state = BackupState.UNKNOWN
    if record:
        state = BackupState.WHOLE if record.bytes == size else BackupState.DAMAGED
    return Backup(
        name=file.name,
        taken_at=at,
        bytes=size,
        encrypted=file.suffix == _ENCRYPTED,
        state=state,
        origin=record.origin if record else None,
        seconds=record.seconds if record else None,
        rows=record.rows if record else None,
        version=record.version if record else None,
    )


def piece_of(file: Path, start: int, most: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(start)
        return opened.read(most)


def remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    _record_of(file).unlink(missing_ok=True)


def remove_stray_records(folder: Path) -> None:
    """Of backups that somebody has moved away."""
    for record in folder.glob(".medianest-*.json"):
        file = record.with_name(record.name.removeprefix(".").removesuffix(".json"))
        if taken_at(file) and not file.exists():
            with suppress(OSError):
                record.unlink()


def installed_at(data_dir: Path) -> datetime | None:
    """At the latest; None where nothing of an installation is here, as in a container of one service."""
    made = [
        path.stat().st_mtime
        for path in (data_dir / "servers" / "postgres" / "PG_VERSION", data_dir / "secrets" / "keyring")
        if path.exists()
    ]
    return datetime.fromtimestamp(min(made), UTC) if made else None


def _record_of(file: Path) -> Path:
    return file.with_name(f".{file.name}.json")
