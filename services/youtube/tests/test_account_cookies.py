"""The cookies of an account at YouTube: kept sealed, never given out, and tried on a real look at a video."""

import asyncio

import pytest

from medianest_common.contracts.youtube.cookies import DeleteCookies, GetCookies, SetCookies, TryCookies
from medianest_common.contracts.youtube.downloads import GetMetadata
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_youtube import Failure, Video
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

    tried = await home.owner.call(TryCookies(url=watch(FIRST)), timeout=60)

    assert (tried.without.seen, tried.without.code) == (False, "AGE_RESTRICTED")
    assert tried.with_cookies.seen and tried.helps
    assert (await home.owner.call(GetMetadata(url=watch(FIRST)), timeout=30)).title
    assert not [name for name in home.files() if "cookie" in name.lower()]
