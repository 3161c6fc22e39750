"""What stands in the way of downloads, for whoever looks at the service's health."""

import os
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, QueuePause
from medianest_youtube.staging import FOLDER, OtherFileSystem, check_file_system
from medianest_youtube.states import STORED
from medianest_youtube.workers import in_thread

_UNKNOWN = "This could not be looked up."
_NOT_THE_VIDEOS_FAULT = (
    FailureCode.BOT_CHECK,
    FailureCode.RATE_LIMITED,
    FailureCode.IP_BLOCKED,
    FailureCode.NO_FORMATS,
    FailureCode.NO_JS_RUNTIME,
    FailureCode.FORBIDDEN_MEDIA,
    FailureCode.NETWORK,
    FailureCode.STALLED,
    FailureCode.TOO_SLOW,
    FailureCode.CRASHED,
    FailureCode.BROKEN_FILE,
    FailureCode.UNKNOWN,
)


async def pause_of_the_queue(app: YoutubeApp) -> str | None:
    """Why nothing begins."""
    statement = select(QueuePause.reason).where(QueuePause.ended_at.is_(None))
    try:
        async with app.db.read() as connection:
            reason: str | None = (await connection.execute(statement)).scalar_one_or_none()
    except (SQLAlchemyError, OSError, TimeoutError):
        return _UNKNOWN
    return reason


async def lack_of_success(app: YoutubeApp) -> str | None:
    """Everything fails, and has for a long time: then it is not the videos."""
    hours = app.settings.youtube_alarm_hours
    since = app.clock.now() - timedelta(hours=hours)
    failed = select(func.count()).where(
        Asset.status.in_([DownloadStatus.FAILED, DownloadStatus.WAITING]),
        Asset.failure.in_(_NOT_THE_VIDEOS_FAULT),
        Asset.status_since > since,
    )
    stored = select(func.count()).where(Asset.status.in_(STORED), Asset.stored_at > since)
    try:
        async with app.db.read() as connection:
            failures = (await connection.execute(failed)).scalar_one()
            if not failures or (await connection.execute(stored)).scalar_one():
                return None
    except (SQLAlchemyError, OSError, TimeoutError):
        return _UNKNOWN
    return (
        f"No download has succeeded for {hours:g} hours, and {failures} have failed. "
        "A newer yt-dlp, or new cookies, may help."
    )


async def trouble_with_the_folder(app: YoutubeApp) -> str | None:
    if not await in_thread(lambda: os.access(app.folder / FOLDER, os.W_OK | os.X_OK)):
        return "The folder for downloads cannot be written to. Look at its owner and its permissions."
    try:
        await in_thread(lambda: check_file_system(app.folder, app.folder))
    except (OtherFileSystem, OSError) as error:
        return f"{error}" if isinstance(error, OtherFileSystem) else _UNKNOWN
    return None
