"""What Overseerr and Seerr show of the queues of Radarr and Sonarr, which they look at once a minute themselves.

Their list of requests waits for every Radarr and Sonarr, for twenty seconds when they hang; a single one does not.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from medianest_common.clock import Clock
from medianest_common.contracts.media import MediaType
from medianest_common.errors import BadUpstream, MediaNestError
from medianest_common.http import OutgoingClient, Response, UpstreamRefused
from medianest_media.adapters.backend import Download, DownloadStatus
from medianest_media.adapters.lenient import as_list, each, number
from medianest_media.adapters.overseerr_answers import moment
from medianest_media.titles import storable_title

_SECONDS = 3.0
_AT_ONCE = 4
_ONE_BY_ONE = 5
"""So many cost less than the list."""
_MOST_AT_A_TIME = 40
_LIST_SECONDS = 4.0
_PAGE = 100
_OVERLAP = 5
_MOST_PAGES = 10
_LIST_RESTS_SECONDS = 60.0
_REMEMBERED_SECONDS = 120.0
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
    """A few are asked for one by one; many by the list, which has a hundred in one answer.

    The list of Seerr hangs with its Radarr and Sonarr. Then some at a time are asked for one by one, in turns, and of
    the others it is said what was seen of them last.
    """

    def __init__(self, client: OutgoingClient, *, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._list_hangs_until = 0.0
        self._seen: dict[int, tuple[float, list[Download]]] = {}

    async def downloads(self, request_ids: Sequence[int]) -> list[Download]:
        """An error only where nothing can be said of any: one that it stumbles over hides no others."""
        now = self._clock.monotonic()
        self._seen = {key: seen for key, seen in self._seen.items() if now - seen[0] < _REMEMBERED_SECONDS}
        if len(request_ids) > _ONE_BY_ONE and now >= self._list_hangs_until:
            try:
                async with asyncio.timeout(_LIST_SECONDS):
                    return await self._from_list(set(request_ids))
            except (MediaNestError, TimeoutError):
                self._list_hangs_until = now + _LIST_RESTS_SECONDS
        return await self._in_turns(request_ids, now=now)

    async def _from_list(self, wanted: set[int]) -> list[Download]:
        """Pages overlap, since what ends while they are read moves the others up."""
        found: dict[int, list[Download]] = {}
        for page in range(_MOST_PAGES):
            path = f"/api/v1/request?filter=processing&take={_PAGE}&skip={page * (_PAGE - _OVERLAP)}"
            rows, last = await self._client.request_as("GET", path, _listed, timeout=_SECONDS)
            found |= {number: downloads for number, downloads in rows if number in wanted}
            if last or len(found) == len(wanted):
                break
        return [download for some in found.values() for download in some]

    async def _in_turns(self, request_ids: Sequence[int], *, now: float) -> list[Download]:
        """Those whose last answer is oldest."""
        oldest = sorted(request_ids, key=lambda key: self._seen[key][0] if key in self._seen else 0.0)
        places = asyncio.Semaphore(_AT_ONCE)

        async def of(request_id: int) -> None:
            async with places:
                self._seen[request_id] = (now, await self._of(request_id))

        asked = oldest[:_MOST_AT_A_TIME]
        outcomes = await asyncio.gather(*map(of, asked), return_exceptions=True)
        failures = [outcome for outcome in outcomes if outcome is not None]
        for failure in failures:
            if not isinstance(failure, MediaNestError):
                raise failure
        if failures and len(failures) == len(asked):
            raise failures[0]
        for request_id, outcome in zip(asked, outcomes, strict=True):
            if outcome is not None:
                self._seen.pop(request_id, None)
        known = (self._seen[key][1] for key in request_ids if key in self._seen)
        return [download for some in known for download in some]

    async def _of(self, request_id: int) -> list[Download]:
        path = f"/api/v1/request/{request_id}"
        try:
            return await self._client.request_as(
                "GET", path, lambda answer: _downloads(answer.json()), timeout=_SECONDS
            )
        except UpstreamRefused as refused:
            if refused.upstream_status == 404:
                return []
            raise BadUpstream("Overseerr does not show its requests.", upstream="Overseerr") from refused


def _listed(response: Response) -> tuple[list[tuple[int, list[Download]]], bool]:
    """What a page says of each request, and whether it is the last."""
    rows = as_list(response.json()["results"])
    return list(each("request", rows, lambda row: (number(row["id"]), _downloads(row)))), len(rows) < _PAGE


def _downloads(row: dict[str, Any]) -> list[Download]:
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
        seasons=tuple(sorted(season for season in seasons if isinstance(season, int))),
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
