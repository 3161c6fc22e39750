"""Without ffmpeg or a JavaScript runtime nothing is called a failure: it is held until the program is there."""

from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common import programs
from medianest_common.contracts.platform import CheckStatus
from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.downloads import GetDownload
from medianest_common.contracts.youtube.queue import GetQueue
from medianest_common.programs import Program, find
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from medianest_common.valkey import open_valkey
from medianest_youtube import equipped
from medianest_youtube.app import YoutubeApp
from medianest_youtube.failures import NotToBeHad
from medianest_youtube.handlers import queue as handlers_of_the_queue
from medianest_youtube.probing import probe
from medianest_youtube.service import SERVICE
from medianest_youtube.use_cases.sweep_queue import sweep_queue
from services.youtube.tests.conftest import home_on
from services.youtube.tests.queueing import ask, pause_of, tickets_used
from services.youtube.tests.test_queue_health import is_said
from services.youtube.tests.test_tools import program

pytestmark = pytest.mark.usefixtures("quick_sweep")
FIRST, SECOND = "aaaaaaaaaaa", "bbbbbbbbbbb"
STORED = (DownloadStatus.IMPORTING, DownloadStatus.READY)


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> dict[Program, list[Path]]:
    """Where programs are looked for; what is not named here is where it is."""
    told: dict[Program, list[Path]] = {}
    usual = programs._places
    monkeypatch.setattr(
        programs, "_places", lambda wanted: iter(told[wanted]) if wanted in told else usual(wanted)
    )
    return told


async def test_without_ffmpeg_the_queue_rests_and_says_so_and_goes_on_when_it_is_there(
    server_urls: ServerUrls, tmp_path: Path, youtube: FakeYoutube, places: dict[Program, list[Path]]
) -> None:
    own = tmp_path / "ffmpeg"
    real = find(Program.FFMPEG)
    assert real is not None
    own.symlink_to(real)
    places[Program.FFMPEG] = [own]
    async with home_on(server_urls, tmp_path, youtube) as home:
        own.unlink()
        wish = await ask(home, youtube.add(Video(id=FIRST)))

        await pause_of(home, FailureCode.FFMPEG_MISSING)
        pause = (await home.owner.call(GetQueue())).pause
        assert pause is not None and "ffmpeg is missing" in pause.reason and "Install ffmpeg" in pause.reason
        assert await wish.row("status", "attempts", "failure") == ("queued", 0, None)
        assert youtube.requests == []
        await is_said(home, "ffmpeg", CheckStatus.DEGRADED)

        own.symlink_to(real)
        home.clock.advance(60)
        await wish.becomes(*STORED)
        assert (await home.owner.call(GetQueue())).pause is None


async def test_where_another_replica_has_ffmpeg_the_queue_does_not_rest_for_one_that_lacks_it(
    server_urls: ServerUrls,
    tmp_path: Path,
    youtube: FakeYoutube,
    places: dict[Program, list[Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = tmp_path / "ffmpeg"
    real = find(Program.FFMPEG)
    assert real is not None
    own.symlink_to(real)
    places[Program.FFMPEG] = [own]
    begun: list[None] = []

    async def swept(app: YoutubeApp) -> None:
        begun.append(None)
        await sweep_queue(app)

    monkeypatch.setattr(handlers_of_the_queue, "sweep_queue", swept)
    valkey = open_valkey(server_urls.valkey_url, timeout=5)
    async with home_on(server_urls, tmp_path, youtube) as home, valkey:

        async def said() -> bool:
            return await valkey.get(equipped._KEY) is not None

        await eventually(said)
        own.unlink()
        before = len(begun)
        # One after the other, so that none that has still seen it can say so any more.
        await eventually(lambda: _grows(begun, before))
        await valkey.set(equipped._KEY, "another")
        wish = await ask(home, youtube.add(Video(id=FIRST)))
        await tickets_used(home)
        assert await wish.row("status", "attempts") == ("queued", 0)
        assert await home.rows("select code from queue_pauses") == []

        await valkey.delete(equipped._KEY)
        await pause_of(home, FailureCode.FFMPEG_MISSING)
        # As the other one, once it is back, lets it go on.
        own.symlink_to(real)
        home.clock.advance(60)
        await wish.becomes(*STORED)


async def _grows(begun: list[None], before: int) -> bool:
    return len(begun) > before


async def test_without_ffprobe_that_is_said_and_not_that_the_file_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"film")

    with pytest.raises(NotToBeHad) as refused:
        await probe(file, ffprobe=tmp_path / "ffprobe")

    assert refused.value.failure is FailureCode.FFMPEG_MISSING
    assert file.exists()


async def test_what_needs_a_runtime_waits_for_one_however_long(
    server_urls: ServerUrls,
    tmp_path: Path,
    youtube: FakeYoutube,
    places: dict[Program, list[Path]],
) -> None:
    places[Program.DENO] = [program(tmp_path, "deno", "deno 1.46.3 (stable, release)")]
    youtube.add(Video(id=FIRST, needs_javascript=True))
    async with home_on(server_urls, tmp_path, youtube) as home:
        wish = await ask(home, FIRST)
        await wish.becomes(DownloadStatus.WAITING)
        shown = await home.owner.call(GetDownload(id=wish.id))
        assert shown.failure is not None
        assert (shown.failure.code, shown.failure.retry_at) == (FailureCode.NO_JS_RUNTIME, None)
        assert await wish.row("attempts", "not_before") == (0, None)
        home.clock.advance(30 * 24 * 3600)
        # Without a ticket of its own, so that once it is there the queue has been swept.
        other = await ask(home, youtube.add(Video(id=SECOND)), ticket=False)
        await other.becomes(*STORED)
        assert await wish.row("status", "epoch") == ("waiting", 1)

        await home.sandbox.stop("youtube")
        del places[Program.DENO]
        await home.sandbox.start(SERVICE)
        await wish.becomes(*STORED)
