"""Posters and `tvshow.nfo` beside the videos of a show: made once, never over a person's own, gone with the show."""

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from medianest.testing import eventually
from medianest_common.clock import SystemClock, uuid7
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.jobs import EndDownloads, FurnishShow
from medianest_common.contracts.youtube.profiles import Layout, ProfileChoices
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_youtube import Channel, FakeYoutube, Playlist, Video
from medianest_common.testing.fake_youtube.pictures import png, webp
from medianest_youtube.adapters.pictures import Pictures
from medianest_youtube.jpeg import as_jpeg
from medianest_youtube.service import SERVICE
from medianest_youtube.tools import find_tools
from services.youtube.tests.conftest import Home
from services.youtube.tests.lists import LIST_ID, ask_for_list, batch_becomes
from services.youtube.tests.queueing import SMALL, Wish, add_profile, ask

CHANNEL_ID = "UC" + "p" * 22
SHOW = f"Trains [{CHANNEL_ID}]"
POSTER, SEASON, NFO = f"{SHOW}/poster.jpg", f"{SHOW}/Season2024.jpg", f"{SHOW}/tvshow.nfo"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)


def channel(youtube: FakeYoutube, count: int = 1, *, pictures: bool = True) -> Channel:
    about = Channel(id=CHANNEL_ID, name="Trains", handle="@trains", description="All of them.")
    about.pictures = pictures
    about.videos = [Video(id=f"train{number:06d}", channel=about) for number in range(1, count + 1)]
    return youtube.add(about)


async def stored(home: Home, number: int = 1, *, nfo: bool = False) -> Wish:
    profile = await add_profile(home, SMALL.model_copy(update={"nfo": nfo}))
    wish = await ask(home, f"train{number:06d}", profile=profile)
    await wish.becomes(*STORED)
    return wish


async def has_art(home: Home, *paths: str) -> None:
    async def there() -> bool:
        assert home.art() == sorted(paths), home.art()
        return True

    await eventually(there)


async def furnished(home: Home) -> None:
    """No job for it is left, or about to be."""

    async def quiet() -> bool:
        if await home.rows("select 1 from outbox where subject like '%furnish_show' and not_before <= now()"):
            return False
        info = await home.sandbox.bus.js.consumer_info("JOB_YOUTUBE", "youtube__furnish_show")
        return bool(info.delivered.consumer_seq) and not info.num_pending and not info.num_ack_pending

    await eventually(quiet)


async def delete(home: Home, wishes: Sequence[Wish]) -> None:
    await home.sandbox.bus.enqueue_now(EndDownloads(download_ids=[wish.id for wish in wishes], files=True))

    async def gone() -> bool:
        left = await home.rows(
            "select 1 from assets where id = any(:ids) and (status <> 'removed' or path is not null)",
            ids=[wish.asset_id for wish in wishes],
        )
        return left == []

    await eventually(gone)


def requests(home: Home, kind: str) -> int:
    return sum(1 for request in home.youtube.requests if request.path.startswith(f"/{kind}/"))


async def test_a_show_has_the_avatar_as_its_poster_and_goes_with_its_last_video(home: Home) -> None:
    channel(home.youtube, 2)

    first = await stored(home)
    await has_art(home, POSTER, SEASON)
    second = await stored(home, 2)
    await furnished(home)

    assert (home.folder / POSTER).read_bytes().startswith(b"\xff\xd8\xff")
    assert (requests(home, "avatar"), requests(home, "banner")) == (1, 0)
    assert [path for path in home.files() if path.startswith(".medianest-staging/") and ".new" in path] == []

    await delete(home, [first])
    assert home.art() == [SEASON, POSTER]
    await delete(home, [second])
    assert not (home.folder / SHOW).exists()
    assert await home.rows("select count(*) from show_art") == [(0,)]


@pytest.mark.parametrize("options", ["", "=s0", "=s900-c-k-c0x00ffffff-no-rj"])
async def test_an_avatar_that_was_uploaded_as_a_png_is_asked_for_as_a_jpeg(
    youtube: FakeYoutube, options: str
) -> None:
    channel(youtube).png_pictures = True
    pictures = Pictures(proxy=youtube.proxy_url, certificates=youtube.ca_file, clock=SystemClock())

    found = await pictures.fetch(f"https://yt3.ggpht.com/avatar/{CHANNEL_ID}.jpg{options}")

    assert found is not None and found.body.startswith(b"\xff\xd8\xff")


async def test_what_jellyfin_reads_comes_with_the_first_video_whose_profile_wants_it(home: Home) -> None:
    channel(home.youtube, 2)
    await stored(home)
    await has_art(home, POSTER, SEASON)

    await stored(home, 2, nfo=True)
    await has_art(home, POSTER, SEASON, NFO)

    nfo = ElementTree.fromstring((home.folder / NFO).read_bytes())
    assert nfo.tag == "tvshow"
    assert [nfo.findtext(name) for name in ("title", "plot", "uniqueid")] == [
        "Trains",
        "All of them.",
        CHANNEL_ID,
    ]


async def test_a_person_s_own_poster_stays_whatever_happens(home: Home) -> None:
    channel(home.youtube)
    own = home.folder / POSTER
    own.parent.mkdir()
    own.write_bytes(b"mine")

    wish = await stored(home)
    await has_art(home, POSTER, SEASON)
    assert own.read_bytes() == b"mine"

    (home.folder / SEASON).write_bytes(b"mine too")
    await home.sandbox.bus.enqueue_now(FurnishShow(list_id=CHANNEL_ID, title="x", paths=[POSTER, SEASON]))
    await furnished(home)
    await delete(home, [wish])

    assert (own.read_bytes(), (home.folder / SEASON).read_bytes()) == (b"mine", b"mine too")


async def test_a_season_s_poster_goes_with_the_season_and_a_missing_file_is_noticed_as_ever(
    home: Home,
) -> None:
    about = channel(home.youtube, 2)
    about.videos[1].published = datetime(2023, 6, 1, tzinfo=UTC)
    await stored(home)
    old = await stored(home, 2)
    of_old = f"{SHOW}/Season2023.jpg"
    await has_art(home, POSTER, SEASON, of_old)
    (home.folder / await old.row("path")).unlink()

    await home.sandbox.stop("youtube")
    await home.sandbox.start(SERVICE)

    await has_art(home, POSTER, SEASON)
    assert await home.rows("select video_id, reason from tombstones") == [("train000002", "gone_from_plex")]

    async def season_gone() -> bool:
        return not (home.folder / SHOW / "Season 2023").exists()

    await eventually(season_gone)


async def test_a_link_that_leads_out_of_the_folder_is_not_written_through(home: Home) -> None:
    channel(home.youtube)
    outside = home.folder.parent / "outside"
    outside.mkdir()
    (home.folder / SHOW).mkdir()
    os.symlink(outside / "poster.jpg", home.folder / POSTER)
    os.symlink(outside, home.folder / "Elsewhere")
    await home.sandbox.bus.enqueue_now(
        FurnishShow(list_id=CHANNEL_ID, title="x", paths=["Elsewhere/poster.jpg"])
    )

    await stored(home)
    await has_art(home, POSTER, SEASON)

    assert list(outside.iterdir()) == []


async def test_a_channel_without_a_picture_is_downloaded_all_the_same_and_looked_at_again_another_day(
    home: Home,
) -> None:
    about = channel(home.youtube, 2, pictures=False)

    wish = await stored(home, nfo=True)
    await has_art(home, NFO)
    await furnished(home)

    assert home.art() == [NFO]
    assert await wish.row("failure") is None

    about.pictures = True
    home.clock.advance(25 * 3_600)
    await stored(home, 2)
    await has_art(home, POSTER, SEASON, NFO)


@pytest.mark.parametrize(
    "url", [f"https://yt3.ggpht.com/avatar/UC{'z' * 22}.jpg", "https://pictures.example.org/x.jpg"]
)
async def test_a_picture_that_cannot_be_had_is_nobody_s_trouble(home: Home, url: str) -> None:
    channel(home.youtube)
    await home.change(
        "insert into lists (id, kind, title, thumbnail_url) values (:id, 'channel', 'Trains', :url)",
        id=CHANNEL_ID,
        url=url,
    )

    wish = await stored(home)
    await furnished(home)

    assert home.art() == []
    assert await wish.row("failure") is None
    assert await home.rows("select count(*) from show_art where digest is null") == [(2,)]
    assert home.youtube.refused_hosts == []


async def test_nobody_is_asked_while_youtube_has_had_enough(home: Home) -> None:
    channel(home.youtube)
    (home.folder / SHOW).mkdir()
    await home.change(
        "insert into show_art (path, show, folder, tried_at) values (:path, :show, :show, now())",
        path=POSTER,
        show=SHOW,
    )
    await home.change(
        "insert into queue_pauses (id, code, reason, since, until, strikes)"
        " values (:id, 'BOT_CHECK', 'x', now(), now() + interval '1 hour', 1)",
        id=uuid7(),
    )
    await home.sandbox.bus.enqueue_now(FurnishShow(list_id=CHANNEL_ID, title="Trains", paths=[POSTER]))

    async def waits() -> bool:
        return await home.rows("select 1 from outbox where subject like '%furnish_show'") != []

    await eventually(waits)
    assert home.youtube.requests == []
    await home.change("update queue_pauses set ended_at = now()")
    await home.sandbox.bus.enqueue_now(FurnishShow(list_id=CHANNEL_ID, title="Trains", paths=[POSTER]))
    await has_art(home, POSTER)


async def test_a_playlist_as_a_show_has_the_picture_of_its_first_video(home: Home) -> None:
    about = channel(home.youtube)
    home.youtube.add(Playlist(id=LIST_ID, title="Best trains", channel=about, videos=about.videos))
    choices = SMALL.model_copy(update={"layout": Layout.PLAYLIST_SHOW})
    profile = await add_profile(home, ProfileChoices.model_validate(choices.model_dump()), name="List")

    await batch_becomes(home, await ask_for_list(home, home.owner, profile_id=profile))

    show = f"Best trains [{LIST_ID}]"
    await has_art(home, f"{show}/Season01.jpg", f"{show}/poster.jpg")


@pytest.mark.parametrize(
    "url",
    [
        "http://i.ytimg.com/vi/aaaaaaaaaaa/hqdefault.jpg",
        "https://i.ytimg.com:8443/x.jpg",
        "https://ytimg.com.example.org/x.jpg",
        "https://evilytimg.com/x.jpg",
        "https://www.youtube.com/x.jpg",
        "https://127.0.0.1/x.jpg",
        "https://somebody@i.ytimg.com/x.jpg",
        "file:///etc/passwd",
    ],
)
async def test_no_other_host_is_asked_for_a_picture(youtube: FakeYoutube, url: str) -> None:
    pictures = Pictures(proxy=youtube.proxy_url, certificates=youtube.ca_file, clock=SystemClock())

    with pytest.raises(MediaNestError) as refusal:
        await pictures.fetch(url)

    assert refusal.value.code == "ADDRESS_REFUSED"
    assert (youtube.requests, youtube.refused_hosts) == ([], [])


async def test_a_webp_becomes_a_jpeg_and_half_of_one_nothing() -> None:
    ffmpeg = (await find_tools()).ffmpeg.path
    picture = webp(64, 64)

    made = await as_jpeg(picture, ffmpeg=ffmpeg)

    assert made is not None and made.startswith(b"\xff\xd8\xff")
    assert await as_jpeg(picture[:40], ffmpeg=ffmpeg) is None
    assert await as_jpeg(picture, ffmpeg=None) is None


async def test_a_png_becomes_a_jpeg_where_ffmpeg_can_read_it() -> None:
    """The one from the Python package cannot."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("the system has no ffmpeg")

    made = await as_jpeg(png(64, 64), ffmpeg=Path(ffmpeg))

    assert made is not None and made.startswith(b"\xff\xd8\xff")


async def test_what_only_says_that_it_is_a_picture_is_none() -> None:
    assert await as_jpeg(b"<html>", ffmpeg=(await find_tools()).ffmpeg.path) is None
