"""What is in a playlist or channel, told in pieces while it is being read."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

from yt_dlp import YoutubeDL

from medianest_youtube.worker.reporting import Reporter

_MOST_REDIRECTS = 5
_VIDEO_ID = re.compile(r"[0-9A-Za-z_-]{11}", re.ASCII)
_PRIVATE = "[Private video]"
_GONE = (_PRIVATE, "[Deleted video]")


def read(ytdl: YoutubeDL, order: dict[str, Any], report: Reporter) -> None:
    info = _resolve(ytdl, order["url"])
    report("list", **_about(info, of_channel="/playlist?" not in order["url"]))
    start, count, chunk = order.get("start") or 0, order.get("count"), order.get("chunk") or 50
    stop = None if count is None else start + count
    entries = itertools.islice(_entries(ytdl, info), start, stop)
    while piece := list(itertools.islice(entries, chunk)):
        known = [entry for entry in map(_entry, piece) if entry]
        private = sum(1 for entry in piece if entry and entry.get("title") == _PRIVATE)
        report("entries", start=start, entries=known, skipped=len(piece) - len(known), private=private)
        start += len(piece)
    report("done")


def _resolve(ytdl: YoutubeDL, url: str, ie_key: str | None = None) -> dict[str, Any]:
    """A channel's front page leads on to where its videos are."""
    for _ in range(_MOST_REDIRECTS):
        info: dict[str, Any] = ytdl.extract_info(url, download=False, process=False, ie_key=ie_key)
        if info.get("_type") not in ("url", "url_transparent"):
            return info
        url, ie_key = info["url"], info.get("ie_key")
    raise ValueError("Unsupported URL: it leads from one page to the next")


def _entries(ytdl: YoutubeDL, info: dict[str, Any], *, within: bool = False) -> Iterator[Any]:
    """Of a channel with several tabs those of each: videos, streams, shorts."""
    shorts = str(info.get("webpage_url")).endswith("/shorts")
    for entry in info.get("entries") or ():
        tab = entry
        if entry and "Tab" in str(entry.get("ie_key")):
            tab = _resolve(ytdl, entry["url"], entry["ie_key"])
        if not tab or tab.get("_type") != "playlist":
            yield {**entry, "in_shorts": True} if entry and shorts else entry
        elif not within:
            yield from _entries(ytdl, tab, within=True)


def _about(info: dict[str, Any], *, of_channel: bool) -> dict[str, Any]:
    channel = info.get("channel") or info.get("uploader")
    title = (channel if of_channel else None) or info.get("title") or info["id"]
    return {
        "list_id": (info.get("channel_id") if of_channel else None) or info["id"],
        "title": str(title)[:1_000],
        "channel": channel,
        "channel_id": info.get("channel_id"),
        "channel_url": info.get("channel_url"),
        "description": (info.get("description") or "")[:20_000] or None,
        "thumbnail_url": _thumbnail(info),
        "count": info.get("playlist_count"),
    }


def _entry(entry: dict[str, Any] | None) -> dict[str, Any] | None:
    if not entry or not entry.get("title") or entry["title"] in _GONE:
        return None
    if not _VIDEO_ID.fullmatch(str(entry.get("id"))):
        return None
    return {
        "video_id": entry["id"],
        "title": str(entry["title"])[:1_000],
        "duration_seconds": entry.get("duration"),
        "channel": entry.get("channel") or entry.get("uploader"),
        "channel_id": entry.get("channel_id"),
        "thumbnail_url": _thumbnail(entry),
        "live_status": entry.get("live_status"),
        "published_at": entry.get("release_timestamp") or entry.get("timestamp"),
        "short": bool(entry.get("in_shorts")) or "/shorts/" in str(entry.get("url")),
        "availability": entry.get("availability"),
    }


def _thumbnail(info: dict[str, Any]) -> str | None:
    """The last is the largest. Of a channel, the avatar and not the banner, as YouTube shows it: square, a JPEG."""
    images = [
        image
        for image in info.get("thumbnails") or ()
        if image.get("url") and not str(image.get("id")).endswith("_uncropped")
    ]
    images.sort(key=lambda image: image.get("preference") or 0)
    return str(images[-1]["url"])[:1_000] if images else None
