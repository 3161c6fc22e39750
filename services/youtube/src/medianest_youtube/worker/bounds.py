"""yt-dlp within bounds: only YouTube's extractors, only YouTube's hosts, and no child that outlives it."""

import resource
import signal
import subprocess
from typing import Any
from urllib.parse import urlsplit

from yt_dlp import YoutubeDL
from yt_dlp.extractor.youtube import YoutubeIE, YoutubePlaylistIE, YoutubeTabIE
from yt_dlp.postprocessor import PostProcessor, SponsorBlockPP
from yt_dlp.utils import DownloadError, PostProcessingError, UnsupportedError

from medianest_youtube.worker import processes

_DOMAINS = (
    "youtube.com",
    "youtube-nocookie.com",
    "youtu.be",
    "googlevideo.com",
    "ytimg.com",
    "ggpht.com",
    "googleusercontent.com",
)


class BoundedYoutubeDL(YoutubeDL):  # type: ignore[misc]
    """`host` is one more that may be asked, SponsorBlock's."""

    def __init__(self, params: dict[str, Any], *, host: str | None) -> None:
        self._host = host
        super().__init__(params, auto_init=False)
        for extractor in (YoutubeIE, YoutubeTabIE, YoutubePlaylistIE):
            self.add_info_extractor(extractor())

    def urlopen(self, req: Any) -> Any:
        self._check(req if isinstance(req, str) else req.url)
        response = super().urlopen(req)
        # Where redirects have led to.
        self._check(response.url)
        return response

    def write_debug(self, message: str, *_: Any, **__: Any) -> None:
        """What ffmpeg has written on its way to an error, which says more than the error does."""
        self.params["logger"].debug(message)

    def _check(self, url: str) -> None:
        host = (urlsplit(url).hostname or "").lower()
        if host != self._host and not any(host == d or host.endswith(f".{d}") for d in _DOMAINS):
            raise UnsupportedError(url)

    def _write_subtitles(self, info_dict: dict[str, Any], filename: str) -> Any:
        """One language that cannot be had, which YouTube is quick to refuse, is no reason to go without the video."""
        written: list[Any] = []
        wanted = info_dict.get("requested_subtitles") or {}
        for language in list(wanted):
            one = {**info_dict, "requested_subtitles": {language: wanted[language]}}
            try:
                written += super()._write_subtitles(one, filename) or []
            except DownloadError as error:
                self.report_warning(f"Subtitles in {language} are left out: {error}")
            if not wanted[language].get("filepath"):
                del wanted[language]
        return written


class LenientSponsorBlock(SponsorBlockPP):  # type: ignore[misc]
    """Where SponsorBlock does not answer, the video is kept whole."""

    def run(self, info: dict[str, Any]) -> Any:
        try:
            return super().run(info)
        except (PostProcessingError, UnsupportedError) as error:
            self.report_warning(f"SponsorBlock is left out: {error}")
            return [], info


def open_ytdl(options: dict[str, Any], log: Any, *, categories_api: str | None) -> BoundedYoutubeDL:
    steps = list(options.get("postprocessors", []))
    host = urlsplit(categories_api).hostname if categories_api else None
    ytdl = BoundedYoutubeDL(
        {
            **options,
            "logger": log,
            "postprocessors": [step for step in steps if step["key"] != "SponsorBlock"],
            "retry_sleep_functions": dict.fromkeys(("http", "fragment", "extractor"), _wait_before_retry),
        },
        host=host,
    )
    for step in steps:
        if step["key"] == "SponsorBlock":
            sponsors: PostProcessor = LenientSponsorBlock(ytdl, step["categories"], api=step["api"])
            ytdl.add_post_processor(sponsors, when=step["when"])
    return ytdl


def limit(what: int, value: int | None) -> None:
    if value is not None:
        resource.setrlimit(what, (value, value))


def _wait_before_retry(n: int) -> float:
    return float(min(0.25 * 2**n, 10.0))


def _before_exec() -> None:
    processes.die_with_parent()
    # A file too large is an error that is told, not a signal that kills without a word.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def bind_programs() -> None:
    """ffmpeg and deno end with the process that has started them, even if that is killed."""
    start = subprocess.Popen.__init__

    def started(self: Any, *arguments: Any, **options: Any) -> None:
        options.setdefault("preexec_fn", _before_exec)
        start(self, *arguments, **options)

    subprocess.Popen.__init__ = started  # type: ignore[method-assign]
