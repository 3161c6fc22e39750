"""One video: what is known of it, or the whole of it."""

import os
import time
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from yt_dlp import YoutubeDL
from yt_dlp.postprocessor import PostProcessor
from yt_dlp.utils import DownloadError

from medianest_youtube.worker.reporting import Log, Refused, Reporter

_PROGRESS_SECONDS = 0.25
_STEPS = {
    "Merger": "merging",
    "ExtractAudio": "merging",
    "VideoRemuxer": "merging",
    "ModifyChapters": "cutting",
    "EmbedSubtitle": "tagging",
    "Metadata": "tagging",
    "EmbedThumbnail": "tagging",
}
_NOTHING_LEFT = "HTTP Error 416"
_NOT_YET = ("is_live", "post_live", "is_upcoming")


def look(ytdl: YoutubeDL, url: str, report: Reporter, log: Log) -> None:
    info = _extract(ytdl, url, log, not_yet_too=True)
    if info.get("formats"):
        info = ytdl.process_ie_result(info, download=False)
    report("video", **_about(info))
    report("done")


def download(ytdl: YoutubeDL, url: str, report: Reporter, log: Log) -> None:
    report("step", step="starting")
    info = _extract(ytdl, url, log, not_yet_too=False)
    progress = Progress(report)
    ytdl.add_post_processor(Announcement(report, progress, _removed(ytdl)), when="before_dl")
    ytdl.add_progress_hook(progress.of_download)
    ytdl.add_postprocessor_hook(progress.of_postprocessor)
    result = _fetched(ytdl, info)
    got = (result.get("requested_downloads") or [{}])[0]
    media = got.get("filepath")
    if not media or not os.path.isfile(media):
        raise Refused("Nothing was downloaded. " + " ".join([*log.warnings, *log.said])[-2_000:])
    report(
        "done",
        media=os.path.basename(media),
        **_beside(media),
        duration_seconds=got.get("duration") or result.get("duration"),
    )


def _fetched(ytdl: YoutubeDL, info: dict[str, Any]) -> dict[str, Any]:
    try:
        return dict(ytdl.process_ie_result(deepcopy(info), download=True))
    except DownloadError as error:
        if _NOTHING_LEFT not in str(error):
            raise
    # A stream has arrived to its end before: yt-dlp asks for what comes after it, twice, and then gives up.
    folder = ytdl.get_output_path("home")
    for name in os.listdir(folder):
        if name.endswith(".part"):
            os.remove(os.path.join(folder, name))
    return dict(ytdl.process_ie_result(info, download=True))


def _extract(ytdl: YoutubeDL, url: str, log: Log, *, not_yet_too: bool) -> dict[str, Any]:
    """Why there is nothing comes as a warning, so that when it will be there comes too."""
    ytdl.params["ignore_no_formats_error"] = True
    try:
        info: dict[str, Any] = ytdl.extract_info(url, download=False, process=False)
    finally:
        ytdl.params["ignore_no_formats_error"] = False
    not_yet = info.get("live_status") in _NOT_YET
    if not_yet and not_yet_too:
        return info
    if not_yet or not info.get("formats"):
        raise Refused(
            " ".join(log.warnings) or "No video formats found!",
            release_timestamp=info.get("release_timestamp"),
            live_status=info["live_status"] if not_yet else None,
            no_formats=True,
        )
    return info


class Announcement(PostProcessor):  # type: ignore[misc]
    """Tells what has been chosen, just before it is fetched."""

    def __init__(self, report: Reporter, progress: "Progress", removed: set[str]) -> None:
        super().__init__()
        self._report, self._progress, self._removed = report, progress, removed

    def run(self, information: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        self._progress.expect(_chosen(information))
        self._report("video", **_about(information, removed=self._removed))
        self._report("step", step="downloading")
        return [], information


class Progress:
    """Of all streams together: yt-dlp counts each from 0."""

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self._got: dict[str, int] = {}
        self._sizes: dict[str, int | None] = {}
        self._told = 0.0
        self._step = ""

    def expect(self, formats: list[dict[str, Any]]) -> None:
        self._sizes = {str(f.get("format_id")): _size(f) for f in formats}

    def of_download(self, state: dict[str, Any]) -> None:
        stream = str((state.get("info_dict") or {}).get("format_id"))
        if stream not in self._sizes:
            return
        size = state.get("total_bytes") or state.get("total_bytes_estimate")
        if size:
            self._sizes[stream] = int(size)
        got = state.get("downloaded_bytes")
        if got is None and state.get("status") == "finished":
            got = self._sizes[stream]
        self._got[stream] = int(got or 0)
        now = time.monotonic()
        all_there = len(self._got) == len(self._sizes) and state.get("status") == "finished"
        if now - self._told < _PROGRESS_SECONDS and not all_there:
            return
        self._told = now
        self._tell(state.get("speed"))

    def of_postprocessor(self, state: dict[str, Any]) -> None:
        step = _STEPS.get(str(state.get("postprocessor")))
        if step and step != self._step and state.get("status") == "started":
            self._step = step
            self._report("step", step=step)

    def _tell(self, speed: float | None) -> None:
        got = sum(self._got.values())
        sizes = list(self._sizes.values())
        total = None if None in sizes else sum(size or 0 for size in sizes)
        left = max(total - got, 0) if total is not None else None
        self._report(
            "progress",
            downloaded_bytes=got,
            total_bytes=max(total, got) if total is not None else None,
            bytes_per_second=speed,
            eta_seconds=int(left / speed) if left is not None and speed else None,
        )


def _about(info: dict[str, Any], *, removed: Iterable[str] = ()) -> dict[str, Any]:
    chosen = _chosen(info)
    sizes = [_size(f, info.get("duration")) for f in chosen]
    day = str(info.get("release_date") or info.get("upload_date") or "")
    return {
        "video_id": info["id"],
        "title": str(info.get("title") or info["id"])[:1_000],
        "channel": info.get("channel") or info.get("uploader"),
        "channel_id": info.get("channel_id"),
        "channel_url": info.get("channel_url"),
        "description": (info.get("description") or "")[:20_000] or None,
        "duration_seconds": info.get("duration"),
        "published_on": f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 else None,
        "thumbnail_url": (info.get("thumbnail") or None),
        "live_status": info.get("live_status"),
        "release_timestamp": info.get("release_timestamp"),
        "heights": sorted({_shorter_side(f) for f in info.get("formats") or () if _shorter_side(f)}),
        "size_estimate": sum(size or 0 for size in sizes) if chosen and all(sizes) else None,
        "cut_seconds": _cut(info, set(removed)),
        "wants_video": any(f.get("vcodec") != "none" for f in chosen),
        "wants_audio": any(f.get("acodec") != "none" for f in chosen),
    }


def _chosen(info: dict[str, Any]) -> list[dict[str, Any]]:
    return list(info.get("requested_formats") or ([info] if info.get("format_id") else []))


def _size(format: dict[str, Any], duration: float | None = None) -> int | None:
    known = format.get("filesize") or format.get("filesize_approx")
    if known:
        return int(known)
    rate = format.get("tbr")
    return int(rate * 125 * duration) if rate and duration else None


def _shorter_side(format: dict[str, Any]) -> int:
    return min(format.get("width") or format.get("height") or 0, format.get("height") or 0)


def _removed(ytdl: YoutubeDL) -> set[str]:
    steps = ytdl.params.get("postprocessors") or ()
    return {c for s in steps if s["key"] == "ModifyChapters" for c in s["remove_sponsor_segments"]}


def _cut(info: dict[str, Any], removed: set[str]) -> float:
    """Seconds that go, each counted once however many people have marked it."""
    segments = sorted(
        (float(c["start_time"]), float(c["end_time"]))
        for c in info.get("sponsorblock_chapters") or ()
        if c.get("category") in removed
    )
    total = end = 0.0
    for start, stop in segments:
        total += max(stop - max(start, end), 0.0)
        end = max(end, stop)
    return total


def _beside(media: str) -> dict[str, Any]:
    """The picture and the subtitles, by the names that yt-dlp gives."""
    folder, name = os.path.split(media)
    stem = name.rpartition(".")[0]
    found = [each for each in sorted(os.listdir(folder)) if each.startswith(f"{stem}.")]
    subtitles = {
        each.removeprefix(f"{stem}.").removesuffix(".srt"): each for each in found if each.endswith(".srt")
    }
    return {"thumbnail": f"{stem}.jpg" if f"{stem}.jpg" in found else None, "subtitles": subtitles}
