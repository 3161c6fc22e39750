"""Administrators set the cookies of an account at YouTube, see how long they hold, and try what they are good for."""

from sqlalchemy import select

from medianest_common.bus import require
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.cookies import (
    CookiesReport,
    CookiesTest,
    Look,
    SetCookies,
    TryCookies,
)
from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_common.errors import Conflict
from medianest_youtube.app import YoutubeApp
from medianest_youtube.auditing import decided
from medianest_youtube.cookie_file import UnusableCookies, read_cookie_file
from medianest_youtube.failures import NotToBeHad, consequence, wants_cookies
from medianest_youtube.models import Asset
from medianest_youtube.urls import UnsupportedUrl, VideoInList, VideoLink, parse_link

_LOOK_SECONDS = 25.0
_ANY_VIDEO = VideoLink("jNQXAC9IVRw")
"""The first one that YouTube ever had."""
_CURABLE = [code for code in FailureCode if wants_cookies(code)]


class NoCookies(Conflict):
    title = "There are no cookies to try"


async def get_cookies(app: YoutubeApp) -> CookiesReport:
    require(Permission.MANAGE_DOWNLOADS)
    kept = await app.cookies.kept()
    if kept is None:
        return CookiesReport(present=False)
    if kept.file is None:
        return CookiesReport(present=True, readable=False, set_at=kept.set_at)
    try:
        file = read_cookie_file(kept.file, now=app.clock.now())
    except UnusableCookies:
        # All of them have ended since.
        return CookiesReport(present=True, set_at=kept.set_at)
    return CookiesReport(
        present=True,
        set_at=kept.set_at,
        domains=list(file.domains),
        cookies=len(file.lines),
        expires_at=file.expires_at,
    )


async def set_cookies(app: YoutubeApp, command: SetCookies) -> CookiesReport:
    """In place of those before. Raises `UnusableCookies`."""
    require(Permission.MANAGE_DOWNLOADS)
    now = app.clock.now()
    file = read_cookie_file(command.file, now=now)
    async with app.db.transaction() as tx:
        await app.cookies.keep(tx, file.text, now=now)
        decided(tx, "youtube_cookies_set", "youtube_cookies")
    return await get_cookies(app)


async def delete_cookies(app: YoutubeApp) -> Nothing:
    require(Permission.MANAGE_DOWNLOADS)
    async with app.db.transaction() as tx:
        await app.cookies.forget(tx)
        decided(tx, "youtube_cookies_delete", "youtube_cookies")
    return Nothing()


async def try_cookies(app: YoutubeApp, command: TryCookies) -> CookiesTest:
    """Saved cookies that seem unused leave people guessing: the same video is looked at without and with them."""
    require(Permission.MANAGE_DOWNLOADS)
    link = await _wanting_cookies(app) if command.url is None else _video(command.url)
    cookies = await app.cookies.load()
    if cookies is None:
        raise NoCookies(
            "Set the cookies of an account first, or set them anew if they cannot be read any more."
        )
    without = await _look(app, link, cookies=None)
    having = await _look(app, link, cookies=cookies)
    return CookiesTest(
        url=link.url,
        without=without,
        with_cookies=having,
        helps=having.seen and not without.seen,
        advice=_advice(without, having),
    )


def _video(url: str) -> VideoLink:
    link = parse_link(url)
    if isinstance(link, VideoInList):
        link = link.video
    if not isinstance(link, VideoLink):
        raise UnsupportedUrl("Cookies are tried with a single video. Use the link of one.")
    return link


async def _wanting_cookies(app: YoutubeApp) -> VideoLink:
    """The last one that has failed for want of them, or else any."""
    statement = (
        select(Asset.video_id)
        .where(Asset.status == DownloadStatus.FAILED, Asset.failure.in_(_CURABLE))
        .order_by(Asset.status_since.desc())
        .limit(1)
    )
    async with app.db.read() as connection:
        video_id = (await connection.execute(statement)).scalar_one_or_none()
    return VideoLink(video_id) if video_id else _ANY_VIDEO


async def _look(app: YoutubeApp, link: VideoLink, *, cookies: str | None) -> Look:
    try:
        await app.runner.preview_video(link, choices=ProfileChoices(), cookies=cookies, timeout=_LOOK_SECONDS)
    except NotToBeHad as refusal:
        return Look(seen=False, code=refusal.failure, message=consequence(refusal.failure).sentence)
    return Look(seen=True, message="YouTube shows the video.")


def _advice(without: Look, having: Look) -> str:
    if having.seen and not without.seen:
        return "The cookies work: YouTube shows this video with them, and does not without."
    if having.seen:
        return (
            "YouTube shows this video to everybody, so this tells nothing of the cookies. "
            "Try a video with an age limit, or one for members of a channel."
        )
    if without.seen:
        return "YouTube shows the video without the cookies and refuses it with them: export them anew."
    if without.code == having.code and having.code not in _CURABLE:
        return "This video cannot be had with or without cookies, so this tells nothing of them. Try another one."
    if without.code == having.code:
        return (
            "The cookies change nothing. Sign in to YouTube in a private window with an account that may watch this "
            "video, export them there, and close the window at once, or YouTube replaces them."
        )
    return "YouTube refuses the video with the cookies too, for another reason."
