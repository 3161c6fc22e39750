"""See that Plex shows what has been stored, under its title, and then say that it is ready."""

from datetime import timedelta
from pathlib import PurePosixPath, PureWindowsPath
from typing import NamedTuple

import structlog

from medianest_common.contracts.plex.arriving import FileState, ShowFile, ShownFile
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.jobs import HandOver
from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_common.errors import MediaNestError
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Profile
from medianest_youtube.moves import move
from medianest_youtube.plex_collections import keep_its_collections
from medianest_youtube.repository.assets import Assets

log = structlog.get_logger()

_TIMEOUT = 25.0
_LOOKS = (2.0, 3.0, 5.0, 10.0, 20.0, 30.0)
"""Seconds between looks; the last one repeats."""
PATIENCE = timedelta(hours=1)
"""So long a video waits for Plex before it is called ready without it."""
_LONGEST_SUMMARY = 2_000
_WITHOUT_PLEX = {
    FileState.NO_PLEX: "No Plex server is set up; the file lies in the download folder.",
    FileState.NO_LIBRARY: (
        "No library of Plex has the download folder. Add it to one, as Plex itself sees that folder."
    ),
    FileState.AWAITED: "Plex has not shown it within an hour. Look at it in Plex, and whether it may read the file.",
}


class _Stored(NamedTuple):
    question: ShowFile
    waits_for: timedelta


async def hand_over(app: YoutubeApp, job: HandOver) -> None:
    stored = await _stored(app, job)
    if stored is None:
        return
    try:
        shown = await app.bus.call(stored.question, timeout=_TIMEOUT)
    except MediaNestError as error:
        log.info("plex_not_asked", error_code=error.code)
        shown = ShownFile(state=FileState.AWAITED)
    if shown.state is FileState.AWAITED and stored.waits_for < PATIENCE:
        await _look_later(app, job, waited=stored.waits_for)
        return
    async with app.db.transaction() as tx:
        asset = await Assets(tx.session).get(job.asset_id, lock=True)
        if asset is None or asset.status is not DownloadStatus.IMPORTING:
            return
        if shown.state is FileState.SHOWN:
            asset.plex_library_key, asset.plex_rating_key = shown.library_key, shown.rating_key
            asset.plex_url = shown.url
        await move(app, tx, asset, DownloadStatus.READY, reason=_WITHOUT_PLEX.get(shown.state))
        await keep_its_collections(tx, asset)


async def _stored(app: YoutubeApp, job: HandOver) -> _Stored | None:
    async with app.db.transaction() as tx:
        asset = await tx.session.get(Asset, job.asset_id)
        if asset is None or asset.status is not DownloadStatus.IMPORTING or asset.path is None:
            return None
        profile = await tx.session.get(Profile, asset.profile_id)
        published = asset.published_on
        question = ShowFile(
            path=path_in_plex(app, asset.path),
            title=asset.title,
            summary=(asset.description or "")[:_LONGEST_SUMMARY] or None,
            published_on=published.isoformat() if published else None,
            library_key=ProfileChoices.model_validate(profile.choices).library_key if profile else None,
        )
        return _Stored(question, app.clock.now() - asset.status_since)


async def _look_later(app: YoutubeApp, job: HandOver, *, waited: timedelta) -> None:
    """About as long again as it has waited already, within bounds."""
    wait = next((each for each in _LOOKS if each > waited.total_seconds() / 2), _LOOKS[-1])
    async with app.db.transaction() as tx:
        tx.enqueue(job, delay=timedelta(seconds=wait))


def path_in_plex(app: YoutubeApp, path: str) -> str:
    """`path` lies below the download folder, which Plex may know under another name."""
    folder = app.settings.youtube_plex_dir or str(app.folder)
    kind = PurePosixPath if folder.startswith("/") else PureWindowsPath
    return str(kind(folder) / kind(path))
