"""Only YouTube's hosts are asked, whatever yt-dlp is told or led to."""

from collections.abc import Iterator

import pytest
from yt_dlp.utils import DownloadError, UnsupportedError

from medianest_youtube.worker.bounds import BoundedYoutubeDL, open_ytdl
from medianest_youtube.worker.reporting import Log


@pytest.fixture
def ytdl() -> Iterator[BoundedYoutubeDL]:
    with open_ytdl(
        {"quiet": True, "socket_timeout": 2}, Log(), categories_api="https://sponsor.ajay.app"
    ) as ytdl:
        yield ytdl


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://169.254.169.254/latest/meta-data",
        "https://youtube.com.evil.example/",
        "https://evilyoutube.com/",
        "https://evil.example/?https://www.youtube.com/",
        "https://www.youtube.com@evil.example/",
        "file:///etc/passwd",
    ],
)
def test_another_host_is_not_asked(ytdl: BoundedYoutubeDL, url: str) -> None:
    with pytest.raises(UnsupportedError):
        ytdl.urlopen(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/video.mp4", "https://vimeo.com/1", "ytsearch:cats"])
def test_no_other_extractor_is_there(ytdl: BoundedYoutubeDL, url: str) -> None:
    with pytest.raises(DownloadError, match="No suitable extractor"):
        ytdl.extract_info(url, download=False)
