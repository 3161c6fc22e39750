"""Download progress: right for season packs, told to those who wait, and harmless when nobody can say."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.media import MediaRequest, MediaType, RequestStatus
from medianest_common.contracts.media.live import ReadProgressStates
from medianest_common.contracts.media.progress import DownloadProgress, DownloadState
from medianest_common.contracts.notifications import PUSH_ADMINS, PUSH_ANYONE
from medianest_media.adapters.backend import Download, DownloadStatus
from medianest_media.progress import is_for, together
from services.media.tests.arrs import TVDB, arrs_on
from services.media.tests.conftest import FILM, SHOW, Home, Person

GIB = 2**30
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PACK = Path(__file__).parent / "fixtures" / "queues" / "sonarr_queue_season_pack.json"


def in_overseerr(record: dict[str, Any]) -> dict[str, object]:
    """What Overseerr makes of a row of Sonarr's queue."""
    return {
        "mediaType": "tv",
        "externalId": record["seriesId"],
        "size": record["size"],
        "sizeLeft": record["sizeleft"],
        "status": record["status"],
        "timeLeft": record["timeleft"],
        "estimatedCompletionTime": record["estimatedCompletionTime"],
        "title": record["title"],
        "downloadId": record["downloadId"],
        "episode": record["episode"],
    }


def row(title: str = "release", **more: Any) -> dict[str, object]:
    return {
        "title": title,
        "downloadId": title,
        "size": 4 * GIB,
        "sizeLeft": GIB,
        "status": "downloading",
    } | more


async def granted(home: Home, request: MediaRequest) -> MediaRequest:
    await home.owner.call(media.ApproveRequest(id=request.id))
    return await home.becomes(request, RequestStatus.PROCESSING)


async def shows(home: Home, person: Person, request: MediaRequest, *, nothing: bool = False) -> Any:
    """What is shown of the download after the next look at the queue."""
    home.clock.advance(11)

    async def seen() -> Any:
        found = (await person.sees(request)).download
        return found is None if nothing else found

    return await eventually(seen)


@pytest.fixture
async def frames(seerr: Home) -> list[tuple[str, dict[str, Any]]]:
    heard: list[tuple[str, dict[str, Any]]] = []

    async def pushed(message: Any) -> None:
        heard.append((message.subject, json.loads(message.data)))

    for subject in (PUSH_ADMINS, PUSH_ANYONE):
        await seerr.sandbox.nats.subscribe(subject, cb=pushed)
    await seerr.sandbox.nats.flush(timeout=5)
    return heard


async def test_a_season_pack_counts_once(home: Home) -> None:
    """Sonarr lists a pack as one row for each episode, each with the size of the whole."""
    records = json.loads(PACK.read_text())["records"]
    assert len(records) == 3 and len({record["downloadId"] for record in records}) == 1
    frida = await home.friend()
    asked = await granted(home, await frida.request_show(SHOW, seasons=[1, 2]))
    home.overseerr.set_downloads("tv", SHOW, [in_overseerr(record) for record in records])
    download = await shows(home, frida, asked)
    assert (download.items, download.size, download.left) == (1, 84_429_221_268, 83_819_785_620)
    assert (download.percent, download.state, download.eta) == (0, DownloadState.PAUSED, None)


async def test_progress_is_shown_and_told_to_those_who_wait(
    seerr: Home, frames: list[tuple[str, dict[str, Any]]]
) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    asked = await granted(seerr, await frida.request())
    eta = (seerr.clock.now() + timedelta(hours=1)).isoformat()
    seerr.overseerr.set_downloads("movie", FILM, [row(estimatedCompletionTime=eta)])
    download = await shows(seerr, frida, asked)
    assert (download.percent, download.state, download.trouble) == (75, DownloadState.DOWNLOADING, None)
    assert download.eta is not None
    [listed] = (await frida.call(media.ListRequests())).items
    assert listed.download == download

    def told() -> list[tuple[str, Any]]:
        return [(s, f["data"]["download"]) for s, f in frames if f["type"] == "media.request.progress"]

    async def both() -> bool:
        return len(told()) == 2

    await eventually(both)
    assert sorted(subject for subject, _ in told()) == [PUSH_ADMINS, f"push.user.{frida.id.hex}"]
    assert all(DownloadProgress.model_validate(data) == download for _, data in told())
    assert f"push.user.{gustav.id.hex}" not in {subject for subject, _ in frames}
    snapshot = await seerr.sandbox.bus.call(ReadProgressStates(), timeout=5)
    [shown] = snapshot.states
    assert shown.frame.model_dump(mode="json") == frames[-1][1], "the first look is what would have been told"
    assert (shown.user_ids, shown.admins, shown.everyone) == ([frida.id], True, False)
    seerr.overseerr.set_downloads("movie", FILM, [])
    await shows(seerr, frida, asked, nothing=True)

    async def over() -> bool:
        return len(told()) == 4

    await eventually(over)
    assert [data for _, data in told()[2:]] == [None, None]
    gone = await seerr.sandbox.bus.call(ReadProgressStates(), timeout=5)
    assert (gone.states, gone.complete) == ([], True)


async def test_what_is_stalled_says_what_the_queue_says_and_4k_is_apart(seerr: Home) -> None:
    frida = await seerr.friend()
    plain = await granted(seerr, await frida.request())
    seerr.overseerr.set_downloads("movie", FILM, [row(status="warning")])
    seerr.overseerr.set_downloads("movie", FILM, [row("4K", status="downloading")], is_4k=True)
    download = await shows(seerr, frida, plain)
    assert (download.state, download.items) == (DownloadState.STUCK, 1)
    assert download.trouble == "The download client has stopped with a warning."


@pytest.mark.parametrize("fault", ["refuse", "nonsense"])
async def test_a_queue_that_nobody_can_see_hurts_nothing(seerr: Home, fault: Any) -> None:
    frida = await seerr.friend()
    asked = await granted(seerr, await frida.request())
    seerr.overseerr.set_downloads("movie", FILM, [row()])
    before = await shows(seerr, frida, asked)
    seerr.overseerr.fail_with(fault)
    seerr.clock.advance(11)
    assert (await frida.sees(asked)).download == before
    for _ in range(2):
        seerr.clock.advance(121)
        await shows(seerr, frida, asked, nothing=True)
    assert (await frida.sees(asked)).status is RequestStatus.PROCESSING
    seerr.overseerr.heal()
    seerr.clock.advance(60)
    assert await shows(seerr, frida, asked) == before


async def test_a_request_that_overseerr_stumbles_over_hides_no_other(seerr: Home) -> None:
    frida = await seerr.friend()
    show = await granted(seerr, await frida.request_show(SHOW, seasons=[1]))
    film = await granted(seerr, await frida.request())
    seerr.overseerr.set_downloads("movie", FILM, [row()])
    twin = await seerr.twin(show)
    seerr.overseerr.fail_with(500, path_prefix=f"/api/v1/request/{twin.id}")
    assert (await shows(seerr, frida, film)).percent == 75


async def test_without_overseerr_the_queues_are_asked_themselves(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with arrs_on(server_urls, tmp_path) as arrs:
        home = arrs.home
        film = await home.owner.request()
        await home.becomes(film, RequestStatus.PROCESSING)
        arrs.radarr.downloads(FILM)
        download = await shows(home, home.owner, film)
        assert (download.percent, download.state) == (60, DownloadState.DOWNLOADING)
        arrs.radarr.fail_with(500)
        arrs.sonarr.fail_with(500)
        home.clock.advance(121)
        await shows(home, home.owner, film, nothing=True)


async def test_what_blocks_a_download_is_told_in_words_and_a_failed_one_is_replaced(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    """A season pack counts once, whatever state it is in."""
    async with arrs_on(server_urls, tmp_path) as arrs:
        home = arrs.home
        show = await home.owner.request_show(SHOW, seasons=[1, 2])
        await home.becomes(show, RequestStatus.PROCESSING)
        pack = arrs.sonarr.downloads(TVDB, 2)
        assert len(pack.parts) > 1
        pack.state, pack.health, pack.left = "importBlocked", "warning", 0
        pack.messages = ["No files found are eligible for import in /downloads/Show"]
        download = await shows(home, home.owner, show)
        assert (download.items, download.size, download.percent) == (1, pack.size, 100)
        assert (download.state, download.trouble) == (
            DownloadState.STUCK,
            "No files found are eligible for import in …",
        )
        pack.state, pack.health, pack.messages, pack.left = "failed", "error", [], pack.size
        again = arrs.sonarr.downloads(TVDB, 2)
        assert again.download_id != pack.download_id

        async def replaced() -> bool:
            seen = await shows(home, home.owner, show)
            return (seen.items, seen.size, seen.left, seen.state) == (
                1,
                again.size,
                again.left,
                DownloadState.DOWNLOADING,
            )

        await eventually(replaced)
        assert (await home.owner.sees(show)).download.trouble is None  # type: ignore[union-attr]


def of(id: str = "a", *, seasons: tuple[int, ...] = (), **more: Any) -> Download:
    values: dict[str, Any] = {
        "media_type": MediaType.TV if seasons else MediaType.MOVIE,
        "tmdb_id": 1,
        "is_4k": False,
        "title": id,
        "size": 100,
        "left": 40,
        "eta": NOW + timedelta(minutes=5),
        "status": DownloadStatus.DOWNLOADING,
    }
    return Download(id=id, seasons=seasons, **(values | more))


@pytest.mark.parametrize(
    "downloads, expected",
    [
        ([], None),
        ([of(), of()], (60, 100, 40, "downloading", 1)),
        ([of(), of("b", size=300, left=300)], (15, 400, 340, "downloading", 2)),
        ([of(size=0, left=0)], (None, 0, 0, "downloading", 1)),
        ([of(left=-5)], (100, 100, 0, "downloading", 1)),
        ([of(left=500)], (0, 100, 100, "downloading", 1)),
        ([of(left=1, size=1000)], (99, 1000, 1, "downloading", 1)),
        ([of(status=DownloadStatus.FAILED), of("b")], (60, 100, 40, "downloading", 1)),
        ([of(status=DownloadStatus.FAILED)], (60, 100, 40, "failed", 1)),
        (
            [of(status=DownloadStatus.FAILED, seasons=(1,)), of("b", seasons=(2,))],
            (60, 200, 80, "downloading", 2),
        ),
        (
            [of(status=DownloadStatus.FAILED, seasons=(1,)), of("b", seasons=(1, 2), size=300, left=300)],
            (0, 300, 300, "downloading", 1),
        ),
        ([of(status=DownloadStatus.STUCK), of("b", status=DownloadStatus.PAUSED)], (60, 200, 80, "stuck", 2)),
    ],
)
def test_several_downloads_are_one_progress(downloads: list[Download], expected: Any) -> None:
    found = together(downloads, now=NOW)
    assert expected == (found and (found.percent, found.size, found.left, found.state.value, found.items))


def test_an_end_is_named_only_where_it_is_known() -> None:
    later = NOW + timedelta(hours=2)
    both = together([of(), of("b", eta=later)], now=NOW)
    assert both is not None and both.eta == later
    for unknown in (of(eta=None), of(eta=NOW - timedelta(days=3)), of(status=DownloadStatus.PAUSED)):
        alone = together([unknown], now=NOW)
        assert alone is not None and alone.eta is None


@pytest.mark.parametrize(
    "asked, there, mine",
    [([1, 2], (2,), True), ([1], (2, 3), False), ([], (2,), True), ([4], (), True)],
)
def test_a_download_belongs_to_the_requests_for_its_seasons(
    asked: list[int], there: tuple[int, ...], mine: bool
) -> None:
    download = of(seasons=there, media_type=MediaType.TV)
    assert is_for(download, MediaType.TV, 1, asked, is_4k=False) is mine
    assert not is_for(download, MediaType.TV, 1, asked, is_4k=True)
    assert not is_for(download, MediaType.MOVIE, 1, asked, is_4k=False), "a film and a show share a number"


async def waiting_for(home: Home, number: int) -> list[MediaRequest]:
    """So many films that are on their way, half of them downloading."""
    frida = await home.friend()
    asked = []
    for tmdb_id in range(8_000, 8_000 + number):
        home.overseerr.add_movie(tmdb_id, f"Film {tmdb_id}", 2000)
        asked.append(await frida.request(tmdb_id))
        await home.owner.call(media.ApproveRequest(id=asked[-1].id))
    for request in asked:
        await home.becomes(request, RequestStatus.PROCESSING)
        if request.tmdb_id % 2:
            home.overseerr.set_downloads("movie", request.tmdb_id, [row(f"release {request.tmdb_id}")])
    return asked


async def shown_downloads(home: Home) -> set[int]:
    listed = (await home.owner.call(media.ListRequests(limit=100))).items
    return {request.tmdb_id for request in listed if request.download is not None}


async def test_many_that_wait_cost_one_look_at_the_list_and_not_one_call_each(home: Home) -> None:
    asked = await waiting_for(home, 8)
    downloading = {request.tmdb_id for request in asked if request.tmdb_id % 2}
    await home.settled()
    before = len(home.overseerr.calls)
    home.clock.advance(11)

    async def seen() -> bool:
        return await shown_downloads(home) == downloading

    await eventually(seen)
    looks = [call for call in list(home.overseerr.calls)[before:] if "filter" in call.query]
    assert looks and len(looks) <= 2
    assert {call.query["filter"] for call in looks} == {"processing"}


async def test_with_a_list_that_hangs_with_radarr_progress_is_asked_for_in_turns(seerr: Home) -> None:
    """Trap 9: with Radarr and Sonarr hanging the list of Seerr takes twenty seconds; a single request does not."""
    asked = await waiting_for(seerr, 7)
    downloading = {request.tmdb_id for request in asked if request.tmdb_id % 2}
    seerr.overseerr.state.arr_configured, seerr.overseerr.state.arr_delay = True, 20.0
    seerr.clock.advance(11)

    async def seen() -> bool:
        return await shown_downloads(seerr) == downloading

    await eventually(seen)
