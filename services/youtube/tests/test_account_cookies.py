"""The cookies of an account at YouTube: kept sealed, never given out, and tried on a real look at a video."""

import asyncio
import io
from datetime import UTC, datetime

import pytest
from yt_dlp.cookies import YoutubeDLCookieJar

from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.cookies import DeleteCookies, GetCookies, SetCookies, TryCookies
from medianest_common.contracts.youtube.downloads import GetMetadata
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_youtube import Failure, Video
from medianest_youtube.cookie_file import UnusableCookies, read_cookie_file
from medianest_youtube.urls import VideoLink
from services.youtube.tests.conftest import Home
from services.youtube.tests.test_intake import FIRST, watch

SECRET = "a-value-that-nobody-sees"
LATE = 4_000_000_000


def line(domain: str, name: str, value: str = SECRET, *, expires: int = LATE) -> str:
    return "\t".join([domain, "TRUE", "/", "TRUE", str(expires), name, value])


FILE = "\n".join(
    [
        "# Netscape HTTP Cookie File",
        line(".youtube.com", "SID"),
        "#HttpOnly_" + line(".youtube.com", "HSID", expires=LATE - 50),
        line(".bank.example", "SESSION"),
        line(".notyoutube.com", "SID"),
        line(".google.com", "OLD", expires=1_000_000),
    ]
)


@pytest.mark.parametrize("domain", ["youtube.com", ".youtube.com", ".YouTube.com", "accounts.google.com"])
@pytest.mark.parametrize("below", ["TRUE", "FALSE", "", "x"])
@pytest.mark.parametrize("expires", [str(LATE), f"{LATE}.5", "0", ""])
def test_yt_dlp_reads_what_is_kept_and_prints_nothing_of_it(
    domain: str, below: str, expires: str, capfd: pytest.CaptureFixture[str]
) -> None:
    exported = "\t".join([domain, below, "/", "TRUE", expires, "SID", SECRET])

    kept = read_cookie_file("\r\n".join([line(".youtube.com", "HSID"), exported]), now=datetime.now(UTC))

    jar = YoutubeDLCookieJar(io.StringIO(kept.text))
    jar.load()
    assert {(cookie.name, cookie.value) for cookie in jar} == {("SID", SECRET), ("HSID", SECRET)}
    assert capfd.readouterr() == ("", "")
    assert read_cookie_file(kept.text, now=datetime.now(UTC)) == kept


@pytest.mark.parametrize(
    "domain",
    [
        "notyoutube.com",
        ".youtube.com.evil.example",
        ".googlevideo.com",
        "youtube.com\x00",
        "#youtube.com",
        "youtube.com/.evil.example",
    ],
)
def test_other_hosts_cookies_are_no_business_of_ours(domain: str) -> None:
    with pytest.raises(UnusableCookies) as refused:
        read_cookie_file(line(domain, "SID"), now=datetime.now(UTC))
    assert SECRET not in str(refused.value.problem())


async def test_only_youtube_s_are_kept_and_none_is_ever_shown(home: Home) -> None:
    report = await home.owner.call(SetCookies(file=FILE))

    assert (report.present, report.cookies, report.domains) == (True, 2, ["youtube.com"])
    assert report.expires_at and int(report.expires_at.timestamp()) == LATE - 50
    assert SECRET not in report.model_dump_json() and SECRET not in repr(SetCookies(file=FILE))
    [(stored,)] = await home.rows("select file_sealed from account_cookies")
    assert SECRET not in stored
    assert await home.owner.call(GetCookies()) == report
    await home.owner.call(DeleteCookies())
    assert not (await home.owner.call(GetCookies())).present


async def test_set_again_at_the_same_moment_there_is_one_file(home: Home) -> None:
    await asyncio.gather(*(home.owner.call(SetCookies(file=FILE)) for _ in range(5)))

    assert await home.rows("select count(*) from account_cookies") == [(1,)]


@pytest.mark.parametrize(
    "file",
    ["nonsense", "{}", line(".bank.example", "SESSION"), line(".youtube.com", "SID", expires=1_000_000)],
)
async def test_what_is_no_use_is_refused_without_being_repeated(home: Home, file: str) -> None:
    with pytest.raises(MediaNestError) as refusal:
        await home.owner.call(SetCookies(file=file))

    assert (refusal.value.status, refusal.value.code) == (422, "UNUSABLE_COOKIES")
    assert SECRET not in str(refusal.value.problem())


async def test_only_administrators_have_to_do_with_them(home: Home) -> None:
    frida = await home.friend()
    for message in (GetCookies(), SetCookies(file=FILE), DeleteCookies(), TryCookies()):
        with pytest.raises(MediaNestError) as refusal:
            await frida.call(message)
        assert refusal.value.status == 403


async def test_trying_them_shows_what_they_change(home: Home) -> None:
    """pinchflat#603: nobody could tell whether saved cookies were used at all."""
    home.youtube.add(Video(id=FIRST, failure=Failure.AGE_RESTRICTED))
    with pytest.raises(MediaNestError) as refusal:
        await home.owner.call(TryCookies(url=watch(FIRST)))
    assert refusal.value.code == "NO_COOKIES"
    await home.owner.call(SetCookies(file=home.youtube.cookies))

    tried = await home.owner.call(TryCookies(url=watch(FIRST)))

    assert (tried.without.seen, tried.without.code) == (False, "AGE_RESTRICTED")
    assert tried.with_cookies.seen and tried.helps
    assert (await home.owner.call(GetMetadata(url=watch(FIRST)))).title
    assert not [name for name in home.files() if "cookie" in name.lower()]


async def test_cookies_that_are_used_up_are_told_from_a_video_that_nobody_sees(home: Home) -> None:
    """pinchflat#603, once more: the test says what to do, and costs the queue nothing."""
    home.youtube.add(Video(id=FIRST, failure=Failure.MEMBERS_ONLY))
    home.youtube.add(Video(id="private0000", failure=Failure.PRIVATE))
    await home.owner.call(SetCookies(file=home.youtube.cookies))
    home.youtube.sign_out()
    await home.change(
        "insert into assets (id, video_id, profile_id, title, status, status_since, queued_at, failure, version,"
        " created_at, updated_at) select gen_random_uuid(), v.id, p.id, 'x', 'failed', now(), now(), v.code, 1, now(),"
        " now() from (values (:first, 'MEMBERS_ONLY'), ('private0000', 'PRIVATE')) v (id, code), profiles p"
        " where p.is_default",
        first=FIRST,
    )

    used_up = await home.owner.call(TryCookies())
    private = await home.owner.call(TryCookies(url="private0000"))

    assert used_up.url == VideoLink(FIRST).url, "the one that wanted cookies"
    assert (used_up.helps, used_up.with_cookies.code) == (False, FailureCode.MEMBERS_ONLY)
    assert "change nothing" in used_up.advice and "with or without" in private.advice
    assert home.youtube.media_requests(FIRST) == []
    assert await home.rows("select 1 from queue_pauses") == []


async def test_what_cannot_be_opened_any_more_is_said_and_not_used(home: Home) -> None:
    await home.owner.call(SetCookies(file=home.youtube.cookies))
    await home.change("update account_cookies set id = gen_random_uuid()")

    report = await home.owner.call(GetCookies())

    assert (report.present, report.readable, report.domains) == (True, False, [])
    with pytest.raises(MediaNestError) as refusal:
        await home.owner.call(TryCookies(url=watch(FIRST)))
    assert (refusal.value.status, refusal.value.code) == (409, "NO_COOKIES")
    assert home.youtube.requests == []
    assert (await home.owner.call(SetCookies(file=home.youtube.cookies))).readable


async def test_nothing_of_them_is_logged_and_those_before_stay_when_new_ones_are_none(
    home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    report = await home.owner.call(SetCookies(file=FILE))
    home.youtube.add(Video(id=FIRST, failure=Failure.MEMBERS_ONLY))
    for file in (f"{SECRET} is no cookie file", line(".bank.example", "SID")):
        with pytest.raises(MediaNestError):
            await home.owner.call(SetCookies(file=file))
    tried = await home.owner.call(TryCookies(url=watch(FIRST)))

    assert not tried.helps, "they are no cookies of an account there"
    assert await home.owner.call(GetCookies()) == report
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err + tried.model_dump_json() + str(home.events)


async def test_when_the_first_one_ends_is_seen_and_when_all_have(home: Home) -> None:
    """pinchflat#706: downloads stopped for days before somebody saw that the cookies had expired."""
    now = home.clock.now().timestamp()
    soon = [
        line(".youtube.com", "SID", expires=int(now) + 50),
        line(".youtube.com", "HSID", expires=int(now) + 90),
    ]
    report = await home.owner.call(SetCookies(file="\n".join(soon)))
    assert report.expires_at and int(report.expires_at.timestamp()) == int(now) + 50

    home.clock.advance(60)
    assert (await home.owner.call(GetCookies())).cookies == 1
    home.clock.advance(60)

    left = await home.owner.call(GetCookies())
    assert (left.present, left.readable, left.cookies, left.expires_at) == (True, True, 0, None)
