"""What the doctor says about backups."""

from pathlib import Path

from medianest.finding import Finding, bad, good
from medianest.keeping.folder import backups_in
from medianest.keeping.settings import read_keeping
from medianest_common.clock import Clock
from medianest_common.settings import SettingsError

_OLDEST_DAYS = 1.5
_DAY = 86_400


def backups(clock: Clock) -> Finding:
    try:
        settings = read_keeping()
    except SettingsError as error:
        return bad("backups", str(error), "Correct the variables named here, then try again.")
    try:
        found = backups_in(settings.folder)
    except OSError as error:
        return bad("backups", f"{settings.folder}: {error.strerror}", "Look whether its disk is there.")
    if not found:
        text = f"none in {settings.folder} yet"
        if settings.backup_keep_daily and _days_since_installed(settings.data_dir, clock) > _OLDEST_DAYS:
            return bad("backups", text, "Look for `backup_failed` in the log, or try: medianest backup")
        return good("backups", text)
    days = (clock.now() - found[0][0]).total_seconds() / _DAY
    text = f"{len(found)} in {settings.folder}, the newest {days:.1f} days old"
    if days > _OLDEST_DAYS and settings.backup_keep_daily:
        return bad("backups", text, "Look for `backup_failed` in the log, or try: medianest backup")
    return good("backups", text)


def _days_since_installed(data_dir: Path, clock: Clock) -> float:
    """At least; 0 where nothing of an installation is here, as in a container of one service."""
    made = [
        path.stat().st_mtime
        for path in (data_dir / "servers" / "postgres" / "PG_VERSION", data_dir / "secrets" / "keyring")
        if path.exists()
    ]
    return (clock.now().timestamp() - min(made)) / _DAY if made else 0.0
