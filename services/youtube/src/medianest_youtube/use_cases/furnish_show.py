"""Put a poster, a season's poster and a `tvshow.nfo` beside a show's videos. Whatever fails here, the videos stay."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path, PurePosixPath

import structlog
from sqlalchemy import select

from medianest_common.contracts.youtube import LinkKind
from medianest_common.contracts.youtube.jobs import FurnishShow
from medianest_common.errors import MediaNestError
from medianest_youtube.app import YoutubeApp
from medianest_youtube.failures import NotToBeHad, Retry, consequence
from medianest_youtube.jpeg import as_jpeg
from medianest_youtube.models import ListedPlace, ShowArt
from medianest_youtube.naming import OutsideOfFolder, within
from medianest_youtube.nfo import show_nfo_of
from medianest_youtube.repository.lists import Lists
from medianest_youtube.repository.reads import Reads
from medianest_youtube.show_art import locked_art
from medianest_youtube.staging import write_new
from medianest_youtube.urls import ChannelKind, ChannelLink, PlaylistLink
from medianest_youtube.workers import in_thread

log = structlog.get_logger()

_WAITS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""Before the 2nd, 3rd and 4th attempt, which is the last."""
_WHILE_HELD_UP = timedelta(minutes=2)
"""While the queue is paused, or a list is being read: YouTube is asked for one thing at a time."""
_LATER = (Retry.AFTER_PAUSE, Retry.BACKOFF, Retry.AFTER_UPDATE)
_LOOK_SECONDS = 40.0


class _Later(Exception):
    """It may go better in a while. `held_up`: it has not even been tried."""

    def __init__(self, *, held_up: bool = False) -> None:
        super().__init__()
        self.held_up = held_up


@dataclass(frozen=True, slots=True)
class _About:
    title: str
    plot: str | None = None
    picture_url: str | None = None


async def furnish_show(app: YoutubeApp, job: FurnishShow) -> None:
    try:
        missing = await in_thread(lambda: [path for path in job.paths if not _is_taken(_target(app, path))])
        made = await _make(app, job, missing) if missing else {}
        if made:
            await _write(app, made)
    except OutsideOfFolder:
        log.warning("show_not_furnished", list_id=job.list_id, reason="its folder is a link to elsewhere")
        return
    except _Later as later:
        await _try_later(app, job, held_up=later.held_up)
        return
    except OSError as error:  # no room, or no right to write there
        log.warning("show_not_furnished", list_id=job.list_id, reason=type(error).__name__)
        await _try_later(app, job, held_up=False)
        return
    log.info("show_furnished", list_id=job.list_id, made=len(made), missing=len(missing))


async def _make(app: YoutubeApp, job: FurnishShow, missing: list[str]) -> dict[str, bytes]:
    about = await _about(app, job, in_full=any(path.endswith(".nfo") for path in missing))
    made, pictures = {}, []
    for path in missing:
        if path.endswith(".nfo"):
            made[path] = show_nfo_of(job.list_id, title=about.title, plot=about.plot)
        else:
            pictures.append(path)
    url = about.picture_url or job.picture_url
    if pictures and url and (picture := await _picture(app, job, url)):
        made |= dict.fromkeys(pictures, picture)
    return made


async def _about(app: YoutubeApp, job: FurnishShow, *, in_full: bool) -> _About:
    """YouTube is asked only for what no list has told yet."""
    async with app.db.read() as connection:
        columns = select(ListedPlace.title, ListedPlace.thumbnail_url).where(ListedPlace.id == job.list_id)
        known = (await connection.execute(columns)).first()
    about = _About((known and known.title) or job.title, picture_url=known and known.thumbnail_url)
    if not in_full and (about.picture_url or not job.list_id.startswith("UC")):
        return about
    found = await _looked_up(app, job)
    return replace(found, picture_url=found.picture_url or about.picture_url) if found else about


async def _looked_up(app: YoutubeApp, job: FurnishShow) -> _About | None:
    async with app.db.transaction() as tx:
        if await Reads(tx.session).held_up(now=app.clock.now()):
            raise _Later(held_up=True)
    channel = job.list_id.startswith("UC")
    link = ChannelLink(ChannelKind.ID, job.list_id) if channel else PlaylistLink(job.list_id)
    try:
        found = (await app.runner.preview_list(link, first=1, timeout=_LOOK_SECONDS)).about
    except NotToBeHad as refusal:
        if consequence(refusal.failure).retry in _LATER and not _is_last(job):
            raise _Later() from refusal
        return None
    except (MediaNestError, TimeoutError) as error:
        raise _Later() from error
    if found.list_id == job.list_id:
        async with app.db.transaction() as tx:
            await Lists(tx.session).learn(found, kind=LinkKind.CHANNEL if channel else LinkKind.PLAYLIST)
    return _About(found.title, found.description, found.thumbnail_url)


async def _picture(app: YoutubeApp, job: FurnishShow, url: str) -> bytes | None:
    try:
        fetched = await app.pictures.fetch(url)
    except MediaNestError as error:
        if error.transient and not _is_last(job):
            raise _Later() from error
        log.info("picture_not_fetched", list_id=job.list_id, error_code=error.code)
        return None
    return await as_jpeg(fetched.body, ffmpeg=app.tools.ffmpeg.path) if fetched else None


async def _write(app: YoutubeApp, made: Mapping[str, bytes]) -> None:
    # Noted as ours before it is there: what a crash leaves behind is still removed with the show.
    for write in (False, True):
        async with app.db.transaction() as tx:
            for row in await locked_art(tx, ShowArt.path.in_(made)):
                content = made[row.path]
                row.digest = hashlib.sha256(content).hexdigest()
                if write:
                    target = _target(app, row.path)
                    await in_thread(lambda c=content, t=target: write_new(c, t, root=app.folder))  # type: ignore[misc]


async def _try_later(app: YoutubeApp, job: FurnishShow, *, held_up: bool) -> None:
    if _is_last(job) and not held_up:
        log.info("show_not_furnished", list_id=job.list_id)
        return
    wait = _WHILE_HELD_UP if held_up else _WAITS[job.attempt - 1]
    following = job if held_up else job.model_copy(update={"attempt": job.attempt + 1})
    async with app.db.transaction() as tx:
        tx.enqueue(following, delay=wait)


def _is_last(job: FurnishShow) -> bool:
    return job.attempt > len(_WAITS)


def _target(app: YoutubeApp, path: str) -> Path:
    """The folder is real and ours; the file itself is not followed where it is a link."""
    relative = PurePosixPath(path)
    return within(app.folder, relative.parent) / relative.name


def _is_taken(target: Path) -> bool:
    return target.is_symlink() or target.exists()
