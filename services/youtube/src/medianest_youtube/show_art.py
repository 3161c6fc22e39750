"""Posters and `tvshow.nfo` of shows: wanted with the first video of a show or season, gone with the last."""

import hashlib
import os
from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path, PurePosixPath

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.youtube.jobs import FurnishShow
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, ListedPlace, ShowArt
from medianest_youtube.naming import Place, show_of, within
from medianest_youtube.staging import remove_file
from medianest_youtube.workers import in_thread

_AGAIN_AFTER = timedelta(days=1)
"""A show that got no picture is tried again with a later video."""


async def want_art(app: YoutubeApp, tx: Transaction, asset: Asset, *, nfo: bool) -> None:
    """Of a video that has just been stored. Each piece is asked for once, whoever stores at the same time."""
    place = show_of(PurePosixPath(asset.path)) if asset.path else None
    if place is None or place.show is None:
        return
    source = await _source(tx, asset, show=place.show.name)
    if source is None:
        return
    list_id, title, picture_url = source
    now = app.clock.now()
    rows = [
        {"path": str(path), "show": str(place.show), "folder": str(folder), "tried_at": now}
        for path, folder in _pieces(place, nfo=nfo)
    ]
    statement = upsert(ShowArt).values(rows)
    missing = await tx.session.scalars(
        statement.on_conflict_do_update(
            index_elements=["path"],
            set_={"tried_at": now},
            where=ShowArt.digest.is_(None) & (ShowArt.tried_at < now - _AGAIN_AFTER),
        ).returning(ShowArt.path)
    )
    if paths := sorted(missing):
        tx.enqueue(FurnishShow(list_id=list_id, title=title, paths=paths, picture_url=picture_url))


async def drop_art(app: YoutubeApp, tx: Transaction, shows: Collection[str]) -> None:
    """Of shows and seasons that have no file any more. What is not ours stays."""
    for show in sorted(shows):
        rows = await locked_art(tx, ShowArt.show == show)
        # Only now: whoever stores a video meanwhile has moved it before asking for these rows.
        for row in await in_thread(lambda rows=rows, show=show: _without_use(app.folder, show, rows)):  # type: ignore[misc]
            await tx.session.delete(row)


async def locked_art(tx: Transaction, condition: object) -> Sequence[ShowArt]:
    statement = select(ShowArt).where(condition).order_by(ShowArt.path).with_for_update()  # type: ignore[arg-type]
    return (await tx.session.scalars(statement)).all()


def _pieces(place: Place, *, nfo: bool) -> list[tuple[PurePosixPath, PurePosixPath]]:
    """With the folder that each is there for, in the order in which all lock them."""
    assert place.show is not None and place.season_poster is not None and place.show_nfo is not None
    pieces = [(place.poster, place.show), (place.season_poster, place.folder)]
    return sorted([*pieces, (place.show_nfo, place.show)] if nfo else pieces)


async def _source(tx: Transaction, asset: Asset, *, show: str) -> tuple[str, str, str | None] | None:
    """The id that the folder ends with, the show's name, and a picture to fall back on."""
    if asset.list_id and show.endswith(f"[{asset.list_id}]"):
        title = await tx.session.scalar(select(ListedPlace.title).where(ListedPlace.id == asset.list_id))
        return asset.list_id, title or asset.list_id, asset.thumbnail_url
    if asset.channel_id and show.endswith(f"[{asset.channel_id}]"):
        return asset.channel_id, asset.channel or asset.channel_id, None
    return None


def _without_use(root: Path, show: str, rows: Sequence[ShowArt]) -> list[ShowArt]:
    folder = within(root, PurePosixPath(show))
    lying = {entry.name for entry in os.scandir(folder)} if folder.is_dir() else set()
    alone = lying <= {PurePosixPath(row.path).name for row in rows}
    unused = [
        row for row in rows if (alone if row.folder == show else PurePosixPath(row.folder).name not in lying)
    ]
    for row in unused:
        file = folder / PurePosixPath(row.path).name
        if row.digest is not None and _digest(file) == row.digest:
            remove_file(file, root=root.resolve())
    return unused


def _digest(file: Path) -> str | None:
    if file.is_symlink() or not file.is_file():
        return None
    return hashlib.sha256(file.read_bytes()).hexdigest()
