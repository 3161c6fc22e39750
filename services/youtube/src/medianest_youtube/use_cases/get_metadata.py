"""What a link leads to, before anything is downloaded, and what of it the household has already."""

import asyncio
import hashlib
from collections.abc import Iterable
from http import HTTPStatus
from uuid import UUID

from sqlalchemy import select

from medianest_common.bus import require_caller
from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.downloads import GetMetadata, Preview, PreviewedVideo
from medianest_common.contracts.youtube.profiles import ProfileChoices, Quality
from medianest_common.errors import BadUpstream, MediaNestError, TimedOut, Unavailable
from medianest_youtube.app import YoutubeApp
from medianest_youtube.failures import (
    NotToBeHad,
    Retry,
    consequence,
    list_wants_cookies,
    wants_cookies,
)
from medianest_youtube.models import Asset, Download, Profile, QueuePause
from medianest_youtube.states import OVER, STORED
from medianest_youtube.thumbnails import with_thumbnails
from medianest_youtube.urls import PlaylistLink, SingleLink, VideoInList, VideoLink, parse_link
from medianest_youtube.use_cases.refuse_read import sentence
from medianest_youtube.worker.lines import Entry, VideoFound
from medianest_youtube.worker.runner import ListPreview

LIMIT_SECONDS = 28.0
"""Less than the gateway waits."""
_FRESH_SECONDS = 3_600.0
_FIRST = 10
_READ_OF_PLAYLIST = 199
"""Of which the length in all can be told. With one more, which tells whether there is more, these are two pages."""
_DESCRIPTION = 5_000
_YOUTUBE_REFUSES = (FailureCode.BOT_CHECK, FailureCode.RATE_LIMITED, FailureCode.IP_BLOCKED)


class YoutubeRefuses(Unavailable):
    """It answers nobody here at present; `reason` is the code of it."""

    title = "YouTube does not answer this server at present"


class YoutubeUnreachable(Unavailable):
    """Try again in a moment."""

    title = "YouTube cannot be reached"


class YoutubeNotUnderstood(BadUpstream):
    """YouTube has changed something: update yt-dlp under `/youtube/tools`."""

    title = "YouTube's answer could not be used"


class NotOnYoutube(MediaNestError):
    """`reason` is the code of why it cannot be had."""

    status, title = HTTPStatus.UNPROCESSABLE_ENTITY, "This cannot be downloaded"


async def get_metadata(app: YoutubeApp, query: GetMetadata) -> Preview:
    """Raises `UnsupportedUrl`, `NotOnYoutube`, and what tells that YouTube is at fault."""
    caller = require_caller()
    link = parse_link(query.url)
    single = link.video if isinstance(link, VideoInList) else link
    choices = await _default_choices(app)
    digest = hashlib.sha256(choices.model_dump_json().encode()).hexdigest()[:16]

    async def load() -> bytes:
        return (await _look(app, single, choices)).model_dump_json().encode()

    found = await app.cache.get_or_load(f"preview:{single.url}:{digest}", load, ttl=_FRESH_SECONDS)
    preview = with_thumbnails(Preview.model_validate_json(found), images=app.images)
    videos = await _with_what_is_here(app, preview.videos, user_id=caller.user_id)
    list_url = link.playlist.url if isinstance(link, VideoInList) else None
    return preview.model_copy(update={"videos": videos, "list_url": list_url})


async def _default_choices(app: YoutubeApp) -> ProfileChoices:
    async with app.db.read() as connection:
        found = await connection.execute(select(Profile.choices).where(Profile.is_default))
        return ProfileChoices.model_validate(found.scalar_one())


async def _look(app: YoutubeApp, link: SingleLink, choices: ProfileChoices) -> Preview:
    await _demand_that_it_answers(app)
    is_video = isinstance(link, VideoLink)
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            try:
                return await _seen(app, link, choices, cookies=None)
            except NotToBeHad as refusal:
                curable = wants_cookies if is_video else list_wants_cookies
                cookies = await app.cookies.load() if curable(refusal.failure) else None
                if cookies is None:
                    raise
                return await _seen(app, link, choices, cookies=cookies)
    except NotToBeHad as refusal:
        raise told(refusal, is_video=is_video) from None
    except TimeoutError:
        raise TimedOut(
            "YouTube took too long to say what is behind this link. Try again in a while.", upstream="youtube"
        ) from None


async def _demand_that_it_answers(app: YoutubeApp) -> None:
    """While the queue rests because YouTube has had enough, previews do not go on asking either."""
    now = app.clock.now()
    statement = select(QueuePause.code, QueuePause.until).where(
        QueuePause.ended_at.is_(None), QueuePause.code.in_(_YOUTUBE_REFUSES), QueuePause.until > now
    )
    async with app.db.read() as connection:
        pause = (await connection.execute(statement)).first()
    if pause is not None:
        code = FailureCode(pause.code)
        raise YoutubeRefuses(
            consequence(code).sentence,
            retry_after=(pause.until - now).total_seconds(),
            upstream="youtube",
            reason=str(code),
        )


def told(refusal: NotToBeHad, *, is_video: bool) -> MediaNestError:
    """What is YouTube's fault, or the way's to it, is never told as if there were nothing behind the link."""
    code = refusal.failure
    message = consequence(code).sentence if is_video else sentence(code)
    if code in _YOUTUBE_REFUSES:
        return YoutubeRefuses(message, upstream="youtube", reason=str(code), retry_after=3_600)
    if code is FailureCode.NETWORK:
        return YoutubeUnreachable(message, upstream="youtube", reason=str(code), retry_after=60)
    if code is FailureCode.STALLED:
        return TimedOut(
            "YouTube took too long to answer. Try again in a while.", upstream="youtube", reason=str(code)
        )
    at_fault = consequence(code).retry in (Retry.AFTER_UPDATE, Retry.BACKOFF)
    if at_fault and code not in (FailureCode.UNAVAILABLE, FailureCode.LIVE_NOW):
        return YoutubeNotUnderstood(message, upstream="youtube", reason=str(code))
    return NotOnYoutube(message, reason=str(code))


async def _seen(
    app: YoutubeApp, link: SingleLink, choices: ProfileChoices, *, cookies: str | None
) -> Preview:
    if isinstance(link, VideoLink):
        video = await app.runner.preview_video(link, choices=choices, cookies=cookies, timeout=LIMIT_SECONDS)
        return _video(link, video)
    read = _READ_OF_PLAYLIST if isinstance(link, PlaylistLink) else _FIRST
    found = await app.runner.preview_list(link, first=read, cookies=cookies, timeout=LIMIT_SECONDS)
    return _list(link, found)


def _video(link: VideoLink, video: VideoFound) -> Preview:
    seconds = _seconds(video.duration_seconds)
    return Preview(
        kind=link.kind,
        url=link.url,
        title=video.title,
        channel=video.channel,
        channel_url=video.channel_url,
        description=(video.description or "")[:_DESCRIPTION] or None,
        thumbnail_url=video.thumbnail_url,
        published_on=video.published_on,
        duration_seconds=seconds,
        live=video.is_live or video.is_upcoming,
        qualities=qualities(video.heights),
        size_estimate=video.size_estimate,
        videos=[
            PreviewedVideo(
                video_id=link.video_id,
                title=video.title,
                duration_seconds=seconds,
                thumbnail_url=video.thumbnail_url,
            )
        ],
    )


def _list(link: SingleLink, found: ListPreview) -> Preview:
    about = found.about
    lengths = [entry.duration_seconds for entry in found.first]
    known = found.complete and all(seconds is not None for seconds in lengths)
    return Preview(
        kind=link.kind,
        url=link.url,
        title=about.title,
        channel=about.channel,
        channel_url=about.channel_url,
        description=(about.description or "")[:_DESCRIPTION] or None,
        thumbnail_url=about.thumbnail_url or next((e.thumbnail_url for e in found.first), None),
        duration_seconds=_seconds(sum(seconds or 0 for seconds in lengths)) if known else None,
        count=len(found.first) if found.complete else about.count,
        videos=[_previewed(entry) for entry in found.first[:_FIRST]],
    )


def _previewed(entry: Entry) -> PreviewedVideo:
    return PreviewedVideo(
        video_id=entry.video_id,
        title=entry.title,
        duration_seconds=_seconds(entry.duration_seconds),
        thumbnail_url=entry.thumbnail_url,
    )


def _seconds(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds)


def qualities(heights: Iterable[int]) -> list[Quality]:
    """Those that there is something for, the best first."""
    most = max(heights, default=0)
    return [quality for quality in Quality if quality is not Quality.BEST and int(quality[:-1]) <= most]


async def _with_what_is_here(
    app: YoutubeApp, videos: list[PreviewedVideo], *, user_id: UUID
) -> list[PreviewedVideo]:
    statement = (
        select(Asset.video_id, Asset.status, Download.id)
        .outerjoin(
            Download,
            (Download.asset_id == Asset.id) & (Download.user_id == user_id) & Download.ended_at.is_(None),
        )
        .where(Asset.video_id.in_([video.video_id for video in videos]), Asset.status.not_in(OVER))
    )
    async with app.db.read() as connection:
        rows = (await connection.execute(statement)).all()
    best: dict[str, tuple[DownloadStatus, UUID | None]] = {}
    # What one has asked for oneself says more than what is there, and that more than what is on its way.
    for row in sorted(rows, key=lambda row: (row.id is not None, row.status in STORED)):
        if row.id is not None or row.status != DownloadStatus.FAILED:
            best[row.video_id] = (DownloadStatus(row.status), row.id)
    return [
        video.model_copy(update={"status": here[0], "download_id": here[1]})
        if (here := best.get(video.video_id))
        else video
        for video in videos
    ]
