"""From the staging folder into the library: looked at, named, moved, noted down."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import select

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.downloads import (
    ProgressStep,
)
from medianest_common.contracts.youtube.jobs import HandOver
from medianest_common.contracts.youtube.profiles import Layout, SubtitleKind
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.claiming import Claim, held
from medianest_youtube.episodes import allocate_episode, allocate_place_in_list
from medianest_youtube.failures import NotToBeHad
from medianest_youtube.fetching import Fetched
from medianest_youtube.models import Asset, ListedPlace
from medianest_youtube.moves import ask_for_a_worker, move
from medianest_youtube.naming import Place, PlaylistPlace, Subject, place, within
from medianest_youtube.nfo import nfo_of
from medianest_youtube.pausing import prove
from medianest_youtube.probing import BrokenFile, Expected, Probed, check, probe
from medianest_youtube.reporting import Reporter
from medianest_youtube.repository.assets import Assets
from medianest_youtube.show_art import want_art
from medianest_youtube.staging import FileTaken, Staging
from medianest_youtube.workers import in_thread

_MORE_NAMES = 2
"""Tries with a name of its own, where another file has the first."""


async def store(app: YoutubeApp, claim: Claim, held_place: Staging, reporter: Reporter, got: Fetched) -> None:
    """Raises `NotToBeHad` with BROKEN_FILE for what is not whole; then nothing of it is kept."""
    reporter.step(ProgressStep.CHECKING)
    probed = await _looked_at(app, claim, held_place, got)
    reporter.step(ProgressStep.MOVING)
    for attempt in range(_MORE_NAMES + 1):
        files = await _named(app, claim, held_place, got, attempt=attempt)
        try:
            await in_thread(lambda files=files: held_place.store(files))  # type: ignore[misc]
            break
        except FileTaken:
            if attempt == _MORE_NAMES:
                raise
    await note_down(app, claim, [target for _, target in files], probed=probed)


async def finish_storing(app: YoutubeApp, claim: Claim, held_place: Staging) -> bool:
    """Whether an attempt before this one had begun to move files, and only its last word was missing."""
    state = await in_thread(held_place.state)
    if state is None or not state.moves:
        return False
    files = [(Path(moved.source), Path(moved.target)) for moved in state.moves]
    try:
        await in_thread(lambda: held_place.store(files))
        probed = await probe(files[-1][1], ffprobe=_ffprobe(app))
    except (OSError, FileTaken, BrokenFile):
        await in_thread(held_place.take_back)
        await in_thread(held_place.empty)
        return False
    await note_down(app, claim, [target for _, target in files], probed=probed)
    return True


async def note_down(app: YoutubeApp, claim: Claim, files: Sequence[Path], *, probed: Probed) -> None:
    """The last word of a download: what is there, and that Plex has to be told. The video comes last."""
    names = [str(file.relative_to(app.folder)) for file in files]
    size = await in_thread(lambda: sum(file.stat().st_size for file in files))
    async with app.db.transaction() as tx:
        assets = Assets(tx.session)
        await assets.alone_at_the_slots()
        asset = await held(tx, claim)
        now = app.clock.now()
        asset.path, asset.files, asset.size = names[-1], names, size
        asset.media = _told(probed)
        asset.duration_seconds = asset.duration_seconds or round(probed.duration_seconds)
        asset.stored_at = now
        asset.failure = asset.failure_text = None
        asset.failures = 0
        await move(app, tx, asset, DownloadStatus.IMPORTING)
        tx.enqueue(HandOver(asset_id=asset.id))
        await want_art(app, tx, asset, nfo=claim.choices.nfo)
        await prove(app, tx)
        for waiting in await assets.waiting_for_the_line():
            await move(app, tx, waiting, DownloadStatus.QUEUED)
        ask_for_a_worker(tx)


async def _looked_at(app: YoutubeApp, claim: Claim, held_place: Staging, got: Fetched) -> Probed:
    assert got.done.media is not None
    expected = Expected(
        video=got.video.wants_video and not claim.choices.format.is_audio,
        audio=got.video.wants_audio,
        duration_seconds=got.video.duration_seconds,
        cut_seconds=got.video.cut_seconds,
    )
    try:
        probed = await probe(held_place.folder / got.done.media, ffprobe=_ffprobe(app))
        check(probed, expected)
    except BrokenFile as error:
        await in_thread(held_place.empty)
        raise NotToBeHad(FailureCode.BROKEN_FILE, error.detail) from error
    return probed


def _ffprobe(app: YoutubeApp) -> Path | str:
    return app.tools.ffprobe.path or "ffprobe"


async def _named(
    app: YoutubeApp, claim: Claim, held_place: Staging, got: Fetched, *, attempt: int
) -> list[tuple[Path, Path]]:
    """What lies in the staging folder, and where it goes; the video last. Raises `LeaseLost`."""
    async with app.db.transaction() as tx:
        asset = await held(tx, claim)
        name = await _place_of(app, tx, asset, claim, distinct=attempt)
        nfo = nfo_of(asset, name) if claim.choices.nfo else None
    media = got.done.media
    assert media is not None
    files = []
    if got.done.thumbnail:
        files.append((got.done.thumbnail, name.thumbnail))
    if claim.choices.subtitle_kind is SubtitleKind.FILES:
        files += [(file, name.subtitle(language)) for language, file in got.done.subtitles.items()]
    if nfo is not None:
        written = f"{claim.video_id}.nfo"
        await in_thread(lambda: (held_place.folder / written).write_bytes(nfo))
        files.append((written, name.nfo))
    files.append((media, name.media(PurePosixPath(media).suffix.lstrip("."))))
    return [(held_place.folder / source, within(app.folder, target)) for source, target in files]


async def _place_of(app: YoutubeApp, tx: Transaction, asset: Asset, claim: Claim, *, distinct: int) -> Place:
    assets = Assets(tx.session)
    day = asset.published_on or asset.created_at.date()
    layout = claim.choices.layout
    playlist, index = None, 1
    if layout is Layout.PLAYLIST_SHOW and asset.list_id is not None:
        playlist = await _playlist_of(tx, asset, day)
    if playlist is None and layout is not Layout.VIDEO:
        show_id = asset.channel_id or asset.channel or ""
        number = await allocate_episode(tx, show_id=show_id, video_id=asset.video_id, published_on=day)
        asset.season, asset.episode = number.season, number.episode
        index, day = number.within_day, number.day
    distinction = (
        claim.profile or _in_short(claim) if distinct or await assets.stored_otherwise(asset) else None
    )
    subject = Subject(
        video_id=asset.video_id,
        title=asset.title,
        channel=asset.channel or "",
        channel_id=asset.channel_id,
        published_on=day,
        episode=index,
        playlist=playlist,
        show_folder=await assets.folder_of_channel(asset.channel_id) if playlist is None else None,
        distinction=f"{distinction} {asset.id.hex[-6:]}" if distinct > 1 else distinction,
    )
    return place(subject, layout=layout, template=claim.choices.naming)


async def _playlist_of(tx: Transaction, asset: Asset, day: date) -> PlaylistPlace | None:
    assert asset.list_id is not None
    number = await allocate_place_in_list(
        tx, list_id=asset.list_id, video_id=asset.video_id, published_on=day
    )
    if number is None:
        return None
    asset.season, asset.episode = number.season, number.episode
    title = await tx.session.scalar(select(ListedPlace.title).where(ListedPlace.id == asset.list_id))
    return PlaylistPlace(
        list_id=asset.list_id,
        title=title or asset.list_id,
        episode=number.episode,
        folder=await Assets(tx.session).folder_of_list(asset.list_id),
    )


def _in_short(claim: Claim) -> str:
    choices = claim.choices
    return f"{choices.format}" if choices.format.is_audio else f"{choices.quality} {choices.format}"


def _told(probed: Probed) -> dict[str, Any]:
    return {
        "durationSeconds": round(probed.duration_seconds, 2),
        "videoCodec": probed.video_codec,
        "audioCodec": probed.audio_codec,
        "width": probed.width,
        "height": probed.height,
        "subtitles": list(probed.subtitle_languages),
        "chapters": len(probed.chapters),
    }
