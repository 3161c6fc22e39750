"""What Overseerr and Seerr show of the queues of Radarr and Sonarr, which they look at once a minute themselves.

Asked request by request: their list of requests waits for every Radarr and Sonarr, for twenty seconds when they hang.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from medianest_common.contracts.media import MediaType
from medianest_common.errors import BadUpstream, MediaNestError
from medianest_common.http import OutgoingClient, Response, UpstreamRefused
from medianest_media.adapters.backend import Download, DownloadStatus
from medianest_media.adapters.lenient import each
from medianest_media.adapters.overseerr_answers import moment
from medianest_media.titles import storable_title

_SECONDS = 3.0
_AT_ONCE = 4
_STATUSES = {
    "queued": DownloadStatus.QUEUED,
    "delay": DownloadStatus.QUEUED,
    "paused": DownloadStatus.PAUSED,
    "downloading": DownloadStatus.DOWNLOADING,
    "completed": DownloadStatus.IMPORTING,
    "failed": DownloadStatus.FAILED,
    "warning": DownloadStatus.STUCK,
    "downloadclientunavailable": DownloadStatus.STUCK,
}
_TROUBLES = {
    "failed": "The download has failed.",
    "warning": "The download client has stopped with a warning.",
    "downloadclientunavailable": "The download client does not answer.",
}
"""Overseerr passes on the state of the queue, but not its messages."""


class OverseerrQueue:
    def __init__(self, client: OutgoingClient) -> None:
        self._client = client

    async def downloads(self, request_ids: Sequence[int]) -> list[Download]:
        """An error only where nothing can be said of any: one that it stumbles over hides no others."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def of(request_id: int) -> list[Download]:
            async with places:
                try:
                    return await self._client.request_as(
                        "GET", f"/api/v1/request/{request_id}", _downloads, timeout=_SECONDS
                    )
                except UpstreamRefused as refused:
                    if refused.upstream_status == 404:
                        return []
                    raise BadUpstream(
                        "Overseerr does not show its requests.", upstream="Overseerr"
                    ) from refused

        outcomes = await asyncio.gather(*map(of, request_ids), return_exceptions=True)
        found: list[list[Download]] = []
        failures: list[MediaNestError] = []
        for outcome in outcomes:
            if isinstance(outcome, MediaNestError):
                failures.append(outcome)
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                found.append(outcome)
        if failures and not found:
            raise failures[0]
        return [download for some in found for download in some]


def _downloads(response: Response) -> list[Download]:
    row = response.json()
    media, is_4k = row["media"], row.get("is4k") is True
    rows = media.get("downloadStatus4k" if is_4k else "downloadStatus") or []
    together: dict[str, list[dict[str, Any]]] = {}
    for item in each("download", rows, lambda found: found):
        together.setdefault(str(item.get("downloadId") or item.get("title") or ""), []).append(item)
    return list(
        each(
            "download",
            [{"id": key, "rows": found, "media": media, "is4k": is_4k} for key, found in together.items()],
            _download,
        )
    )


def _download(group: dict[str, Any]) -> Download:
    """Each row of a season pack has the size of the whole, so it is counted once and not added up."""
    rows, media = group["rows"], group["media"]
    first = rows[0]
    status = str(first.get("status") or "").lower()
    eta = first.get("estimatedCompletionTime")
    seasons = {(row.get("episode") or {}).get("seasonNumber") for row in rows}
    return Download(
        id=group["id"],
        media_type=MediaType(media["mediaType"]),
        tmdb_id=media["tmdbId"],
        is_4k=group["is4k"],
        seasons=tuple(sorted(number for number in seasons if isinstance(number, int))),
        title=storable_title(str(first.get("title") or "")),
        size=max(_bytes(row.get("size")) for row in rows),
        left=max(_bytes(row.get("sizeLeft")) for row in rows),
        eta=moment(eta) if isinstance(eta, str) else None,
        status=_STATUSES.get(status, DownloadStatus.QUEUED),
        trouble=_TROUBLES.get(status),
    )


def _bytes(value: Any) -> int:
    """JavaScript's numbers; unknown is none."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if known and 0 <= value < 2**62 else 0
