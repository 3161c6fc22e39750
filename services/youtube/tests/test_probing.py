"""ffprobe's word on real files."""

from pathlib import Path

import pytest

from medianest_common.programs import Program, find
from medianest_common.testing.fake_youtube.formats import FORMATS
from medianest_common.testing.fake_youtube.media import MediaShelf
from medianest_youtube.probing import BrokenFile, Expected, Probed, check, probe

FFPROBE = find(Program.FFPROBE) or "ffprobe"


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> MediaShelf:
    return MediaShelf(tmp_path_factory.mktemp("probed"))


async def test_streams_and_length_are_told(shelf: MediaShelf) -> None:
    probed = await probe(shelf.file(FORMATS[18], seconds=4), ffprobe=FFPROBE)

    assert (probed.video_codec, probed.audio_codec, probed.height) == ("h264", "aac", 360)
    assert probed.duration_seconds == pytest.approx(4, abs=0.2)
    assert not probed.has_cover


async def test_a_file_cut_short_is_refused(shelf: MediaShelf, tmp_path: Path) -> None:
    whole = shelf.file(FORMATS[18], seconds=4).read_bytes()
    for name, content in {"half": whole[: len(whole) // 2], "empty": b"", "nonsense": b"x" * 9_000}.items():
        path = tmp_path / f"{name}.mp4"
        path.write_bytes(content)
        with pytest.raises(BrokenFile):
            check(await probe(path, ffprobe=FFPROBE), Expected(video=True, audio=True, duration_seconds=4))


async def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile):
        await probe(tmp_path / "none.mp4", ffprobe=FFPROBE)


async def test_a_name_is_never_an_option_or_an_address(shelf: MediaShelf, tmp_path: Path) -> None:
    for name in ("-version.mp4", "http:evil.mp4", "concat:x.mp4"):
        path = tmp_path / name
        path.write_bytes(shelf.file(FORMATS[18], seconds=4).read_bytes())

        assert (await probe(path, ffprobe=FFPROBE)).video_codec == "h264"


def probed(seconds: float, *, video: str | None = "h264", audio: str | None = "aac") -> Probed:
    return Probed(
        size=1, duration_seconds=seconds, video_codec=video, audio_codec=audio, width=1, height=1,
        subtitle_languages=(), chapters=(), has_cover=False, tags={},
    )  # fmt: skip


@pytest.mark.parametrize(
    "seconds,expected",
    [
        (600, Expected(video=True, audio=True, duration_seconds=600)),
        (595, Expected(video=True, audio=True, duration_seconds=600)),
        (540, Expected(video=True, audio=True, duration_seconds=600, cut_seconds=60)),
        (600, Expected(video=True, audio=True, duration_seconds=600, cut_seconds=60)),
        (3, Expected(video=True, audio=True, duration_seconds=4)),
        (1, Expected(video=True, audio=True)),
        (600, Expected(video=False, audio=True, duration_seconds=600)),
    ],
)
def test_what_was_promised_is_let_through(seconds: float, expected: Expected) -> None:
    check(probed(seconds), expected)


@pytest.mark.parametrize(
    "found,expected",
    [
        (probed(600, audio=None), Expected(video=True, audio=True)),
        (probed(600, video=None), Expected(video=True, audio=False)),
        (probed(300), Expected(video=True, audio=True, duration_seconds=600)),
        (probed(500), Expected(video=True, audio=True, duration_seconds=600, cut_seconds=60)),
        (probed(700), Expected(video=True, audio=True, duration_seconds=600)),
        (probed(1), Expected(video=True, audio=True, duration_seconds=4)),
        (probed(0), Expected(video=True, audio=True)),
    ],
)
def test_what_is_missing_is_found(found: Probed, expected: Expected) -> None:
    with pytest.raises(BrokenFile):
        check(found, expected)
