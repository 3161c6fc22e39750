"""The queue of Radarr and Sonarr. What they list by episode is told by download, each once."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from medianest_common.contracts.media import MediaType
from medianest_media.adapters import arr_answers as answers
from medianest_media.adapters.backend import Download, DownloadStatus, Value
from medianest_media.adapters.lenient import as_dict

_PATH = re.compile(r"(?<![\w/:])(?:[A-Za-z]:)?[\\/](?:[^:*?\"<>|]*[\\/][^\s,;]*|[^\s,;]+)")
_FAILED = frozenset({"failed", "failedpending", "downloadfailed", "downloadfailedpending"})
_IMPORTING = frozenset({"importpending", "importing", "imported"})
_NOT_MOVED = frozenset({"importblocked", "importfailed"})
_BAD_HEALTH = frozenset({"warning", "error"})
_BY_STATUS = {
    "paused": DownloadStatus.PAUSED,
    "queued": DownloadStatus.QUEUED,
    "delay": DownloadStatus.QUEUED,
    "downloading": DownloadStatus.DOWNLOADING,
    "completed": DownloadStatus.IMPORTING,
    "failed": DownloadStatus.FAILED,
    "warning": DownloadStatus.STUCK,
    "downloadclientunavailable": DownloadStatus.STUCK,
}


_WORST_FIRST = (DownloadStatus.FAILED, DownloadStatus.STUCK)


class QueueRecord(Value):
    download_id: str
    """Of the download client; of something that has none yet, of the record."""
    their_id: int
    tmdb_id: int | None
    tvdb_id: int | None
    season: int | None
    title: str
    size: int
    left: int
    eta: datetime | None
    status: DownloadStatus
    trouble: str | None


def queue_record(row: Any) -> QueueRecord | None:
    """None for what belongs to no title, and for what cannot be read: one odd record hides no others."""
    try:
        return _record(as_dict(row))
    except (TypeError, ValueError, LookupError, AttributeError):
        return None


def _record(row: dict[str, Any]) -> QueueRecord | None:
    whose = row.get("movieId") or row.get("seriesId")
    if not whose:
        return None
    title = row.get("movie") or row.get("series") or {}
    download_id = row.get("downloadId")
    season = row.get("seasonNumber", (row.get("episode") or {}).get("seasonNumber"))
    return QueueRecord(
        download_id=str(download_id) if download_id else f"record {answers.number(row['id'])}",
        their_id=answers.number(whose),
        tmdb_id=title.get("tmdbId") or None,
        tvdb_id=title.get("tvdbId") or None,
        season=season if row.get("seriesId") else None,
        title=answers.words(row.get("title")),
        size=_bytes(row.get("size")),
        left=_bytes(row.get("sizeleft", row.get("sizeLeft"))),
        eta=answers.moment(row.get("estimatedCompletionTime")),
        status=_status(row),
        trouble=_trouble(row),
    )


def _status(row: dict[str, Any]) -> DownloadStatus:
    state, health = _word(row, "trackedDownloadState"), _word(row, "trackedDownloadStatus")
    if state in _FAILED:
        return DownloadStatus.FAILED
    if state in _NOT_MOVED or health in _BAD_HEALTH:
        return DownloadStatus.STUCK
    if state in _IMPORTING:
        return DownloadStatus.IMPORTING
    return _BY_STATUS.get(_word(row, "status"), DownloadStatus.QUEUED)


def _trouble(row: dict[str, Any]) -> str | None:
    """In the words of the queue, without the places on the server's disks that they name."""
    words = _words_of_trouble(row)
    return _PATH.sub("…", words) if words else None


def _words_of_trouble(row: dict[str, Any]) -> str | None:
    if error := answers.words(row.get("errorMessage")):
        return error
    for message in row.get("statusMessages") or []:
        for words in [*(message.get("messages") or []), message.get("title")]:
            if found := answers.words(words):
                return found
    return _in_our_words(row)


def _in_our_words(row: dict[str, Any]) -> str | None:
    """For what the queue marks without a word."""
    state, status = _word(row, "trackedDownloadState"), _word(row, "status")
    if status == "downloadclientunavailable":
        return "The download client is not available."
    if state in _FAILED or status == "failed":
        return "The download has failed. Another release is looked for, or has to be chosen by hand."
    if state in _NOT_MOVED:
        return "It has been downloaded and cannot be moved into the library before somebody looks at it."
    if _word(row, "trackedDownloadStatus") in _BAD_HEALTH or status == "warning":
        return "The download client has stopped with a warning."
    return None


def _word(row: dict[str, Any], name: str) -> str:
    return str(row.get(name) or "").lower()


def _bytes(value: Any) -> int:
    """They are decimals over there."""
    return max(0, int(value)) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def downloads(
    records: Iterable[QueueRecord],
    media_type: MediaType,
    *,
    is_4k: bool,
    system: str,
    tmdb_of: Callable[[QueueRecord], int | None],
) -> list[Download]:
    """Each row of a season pack has the size of the whole, so it is counted once and not added up."""
    together: dict[tuple[str, int], list[QueueRecord]] = {}
    for record in records:
        together.setdefault((record.download_id, record.their_id), []).append(record)
    found = []
    for (download_id, _), rows in together.items():
        tmdb_id = tmdb_of(rows[0])
        if tmdb_id is None:
            continue
        first = rows[0]
        found.append(
            Download(
                id=f"{system.lower()} {download_id}",
                media_type=media_type,
                tmdb_id=tmdb_id,
                is_4k=is_4k,
                seasons=tuple(sorted({row.season for row in rows if row.season is not None})),
                title=first.title,
                size=first.size,
                left=min(first.left, first.size) if first.size else first.left,
                eta=first.eta,
                # A word of warning may stand at one of its episodes only.
                status=next((s for s in _WORST_FIRST if any(row.status is s for row in rows)), first.status),
                trouble=next((row.trouble for row in rows if row.trouble), None),
            )
        )
    return found
