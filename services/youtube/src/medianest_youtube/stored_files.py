"""The files of an asset that is removed, and what of it is told elsewhere."""

from collections.abc import Sequence
from pathlib import PurePosixPath

import structlog

from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset
from medianest_youtube.naming import show_of, within
from medianest_youtube.show_art import drop_art
from medianest_youtube.staging import remove_file
from medianest_youtube.workers import in_thread

log = structlog.get_logger()


async def delete_stored(app: YoutubeApp, tx: Transaction, asset: Asset) -> None:
    """The asset must be locked. May be done again, where the transaction does not come to its end."""
    names = [PurePosixPath(name) for name in asset.files]
    await in_thread(lambda: _delete(app, names))
    await drop_art(app, tx, {str(place.show) for name in names if (place := show_of(name))})
    asset.files, asset.path, asset.size, asset.media = [], None, None, None
    asset.plex_library_key = asset.plex_rating_key = asset.plex_url = None
    log.info("files_deleted", asset_id=str(asset.id), files=len(names))


def _delete(app: YoutubeApp, names: Sequence[PurePosixPath]) -> None:
    for name in names:
        remove_file(within(app.folder, name), root=app.folder)
