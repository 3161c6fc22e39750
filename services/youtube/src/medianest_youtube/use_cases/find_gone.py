"""Files that somebody has deleted in Plex or on the disk are not there any more, and do not come back."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import select

from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset
from medianest_youtube.removing import remove_asset
from medianest_youtube.repository.assets import Assets
from medianest_youtube.states import STORED
from medianest_youtube.workers import in_thread

log = structlog.get_logger()

MARK = ".medianest-library"
"""A folder in the library's, made once that has been seen with our files in it. Where it is missing, another disk is
mounted here, or none: then nothing can be told of what is gone."""
_CHUNK = 500


async def find_gone(app: YoutubeApp) -> None:
    if not await _stored(app, after=None):
        return
    if not await _is_our_folder(app):
        log.warning("library_folder_not_ours", reason="its mark is missing; is the disk mounted?")
        return
    last: UUID | None = None
    while True:
        stored = await _stored(app, after=last)
        if not stored:
            return
        for asset_id, path in await in_thread(lambda stored=stored: _missing(app.folder, stored)):  # type: ignore[misc]
            await _let_go(app, asset_id, path)
        last = stored[-1][0]


async def _is_our_folder(app: YoutubeApp) -> bool:
    """It is marked once something that should be in it has been seen there: an empty folder may be another one, above
    which the disk is mounted later.
    """
    mark = app.folder / MARK
    if await in_thread(mark.is_dir):
        return True
    if not await in_thread(app.folder.is_dir):
        return False
    stored = await _stored(app, after=None)
    if len(await in_thread(lambda: _missing(app.folder, stored))) == len(stored):
        return False
    await in_thread(lambda: mark.mkdir(exist_ok=True))
    return True


async def _stored(app: YoutubeApp, *, after: UUID | None) -> Sequence[tuple[UUID, str]]:
    statement = select(Asset.id, Asset.path).where(Asset.status.in_(STORED), Asset.path.is_not(None))
    if after is not None:
        statement = statement.where(Asset.id > after)
    async with app.db.read() as connection:
        rows = await connection.execute(statement.order_by(Asset.id).limit(_CHUNK))
        return [(row.id, row.path) for row in rows]


def _missing(folder: Path, stored: Sequence[tuple[UUID, str]]) -> list[tuple[UUID, str]]:
    return [(asset_id, path) for asset_id, path in stored if _is_gone(folder / path)]


def _is_gone(path: Path) -> bool:
    """A disk that does not answer is no proof."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


async def _let_go(app: YoutubeApp, asset_id: UUID, path: str) -> None:
    # Once more, since the disk may have gone just now.
    if not await in_thread((app.folder / MARK).is_dir):
        return
    async with app.db.transaction() as tx:
        asset = await Assets(tx.session).get(asset_id, lock=True)
        if asset is None or asset.status not in STORED or asset.path != path:
            return
        if await in_thread(lambda: _is_gone(app.folder / path)):
            log.info("file_gone", asset_id=str(asset_id))
            await remove_asset(app, tx, asset, why="gone_from_plex")
