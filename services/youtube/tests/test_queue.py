"""From a place in the queue to a file in the library."""

from pathlib import Path
from xml.etree import ElementTree

from medianest.testing import eventually
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_common.testing.fake_youtube import Channel, FakeYoutube, Video
from services.youtube.tests.conftest import Home
from services.youtube.tests.queueing import SMALL, add_profile, ask

VIDEO = "aaaaaaaaaaa"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)


async def test_a_video_lies_in_the_library_under_a_name_that_plex_understands(
    home: Home, youtube: FakeYoutube
) -> None:
    youtube.add(Video(id=VIDEO, title="A walk"))

    wish = await ask(home, VIDEO)
    await wish.becomes(*STORED)

    path = await wish.row("path")
    assert path == (
        "Fixture Channel [UCAAAAAAAAAAAAAAAAAAAAAA]/Season 2024/"
        "Fixture Channel - s2024e030501 - A walk [aaaaaaaaaaa].mp4"
    )

    async def tidy() -> bool:
        return home.files() == sorted([path, path.removesuffix("mp4") + "jpg"])

    await eventually(tidy)
    assert await wish.row("season", "episode") == (2024, 30501)
    assert (await wish.events())[:2] == ["downloading", "importing"]


async def test_what_others_than_plex_read_lies_beside_it_where_the_profile_says_so(
    home: Home, youtube: FakeYoutube
) -> None:
    youtube.add(Video(id=VIDEO, title="Tea & <scones>", description="With \x0b and\nwithout milk"))
    profile = await add_profile(home, ProfileChoices(nfo=True), name="For Jellyfin")

    wish = await ask(home, VIDEO, profile=profile)
    await wish.becomes(*STORED)

    path = await wish.row("path")
    nfo = ElementTree.fromstring((home.folder / path).with_suffix(".nfo").read_bytes())
    assert nfo.tag == "episodedetails"
    assert [nfo.findtext(name) for name in ("title", "season", "episode", "aired", "uniqueid")] == [
        "Tea & <scones>",
        "2024",
        "30501",
        "2024-03-05",
        VIDEO,
    ]
    assert str(Path(path).with_suffix(".nfo")) in await wish.row("files")


async def test_one_video_in_two_profiles_is_two_files(home: Home, youtube: FakeYoutube) -> None:
    youtube.add(Video(id=VIDEO))
    small = await add_profile(home, SMALL, name="Small")

    first, second = await ask(home, VIDEO), await ask(home, VIDEO, profile=small)
    await first.becomes(*STORED)
    await second.becomes(*STORED)

    paths = {await first.row("path"), await second.row("path")}
    assert len(paths) == 2
    assert {str(name) for name in home.files()} >= paths
    assert await first.row("episode") == await second.row("episode")


async def test_a_file_of_somebody_elses_is_never_overwritten(home: Home, youtube: FakeYoutube) -> None:
    youtube.add(Video(id=VIDEO, title="A walk"))
    taken = home.folder / (
        "Fixture Channel [UCAAAAAAAAAAAAAAAAAAAAAA]/Season 2024/"
        "Fixture Channel - s2024e030501 - A walk [aaaaaaaaaaa].mp4"
    )
    taken.parent.mkdir(parents=True)
    taken.write_text("mine")

    wish = await ask(home, VIDEO)
    await wish.becomes(*STORED)

    assert taken.read_text() == "mine"
    assert await wish.row("path") != str(taken.relative_to(home.folder))


async def test_a_channel_that_is_called_otherwise_by_now_stays_one_show(
    home: Home, youtube: FakeYoutube
) -> None:
    """pinchflat#538, #880: what belongs together was several shows, or one too few."""
    channel = Channel(id="UC" + "b" * 22, name="Old name", handle="@named")
    youtube.add(channel)
    first = await ask(home, youtube.add(Video(id=VIDEO, channel=channel)))
    await first.becomes(*STORED)
    channel.name = "New name"
    second = await ask(home, youtube.add(Video(id="bbbbbbbbbbb", channel=channel)))
    await second.becomes(*STORED)

    shows = {(await wish.row("path")).split("/")[0] for wish in (first, second)}
    assert shows == {f"Old name [{channel.id}]"}
    assert await second.row("episode") == 30502
