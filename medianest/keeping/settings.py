"""Where backups go, when they are made by themselves, and how many are kept."""

from datetime import time
from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from medianest.installation import read_settings
from medianest_common.settings import Settings, load

_SHORTEST = 12


class KeepingSettings(Settings):
    backup_dir: Path | None = None
    """`backups` in the data folder where it is not given. Better on another disk."""
    backup_at: time = time(3, 30)
    """Of the day, in the time of this machine."""
    backup_keep_daily: int = Field(default=7, ge=0, le=366)
    """The newest of each of so many days. 0: none is made by itself."""
    backup_keep_weekly: int = Field(default=4, ge=0, le=520)
    """The newest of each of so many weeks, beside those."""
    backup_passphrase: SecretStr | None = None
    """Encrypts every backup, and opens it again."""

    @field_validator("backup_passphrase")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST:
            raise ValueError(f"must be at least {_SHORTEST} characters long; several words are easy to keep")
        return value

    @property
    def passphrase(self) -> str | None:
        return self.backup_passphrase.get_secret_value() if self.backup_passphrase else None

    @property
    def folder(self) -> Path:
        return (self.backup_dir or self.data_dir / "backups").expanduser().absolute()


def read_keeping() -> KeepingSettings:
    """With the data folder and the address that all commands go by."""
    common = read_settings()
    return load(KeepingSettings, data_dir=common.data_dir, base_url=common.base_url)
