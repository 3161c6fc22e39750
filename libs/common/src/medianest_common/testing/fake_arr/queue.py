"""What is being downloaded.

A season pack is one download and one record for each of its episodes, each with the size of the whole pack.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from medianest_common.contracts.base import rfc3339

_QUALITY = {
    "quality": {"id": 7, "name": "Bluray-1080p", "source": "bluray", "resolution": 1080, "modifier": "none"},
    "revision": {"version": 1, "real": 0, "isRepack": False},
}


@dataclass(kw_only=True)
class Queued:
    """`parts` are what each record adds: of a film one, of a season pack one for each episode."""

    download_id: str
    title: str
    size: int
    left: int
    eta: datetime | None
    parts: list[dict[str, Any]]
    status: str = "downloading"
    state: str = "downloading"
    health: str = "ok"
    messages: list[str] = field(default_factory=list)
    error: str | None = None

    def records(self, *, first_id: int) -> list[dict[str, Any]]:
        common = {
            "languages": [{"id": 1, "name": "English"}],
            "quality": _QUALITY,
            "customFormats": [],
            "qualityCutoffNotMet": False,
            "size": self.size,
            "title": self.title,
            "sizeleft": self.left,
            "status": self.status,
            "trackedDownloadStatus": self.health,
            "trackedDownloadState": self.state,
            "statusMessages": [{"title": self.title, "messages": self.messages}] if self.messages else [],
            "downloadId": self.download_id,
            "protocol": "torrent",
            "downloadClient": "qBittorrent",
            "indexer": "Indexer",
            "outputPath": f"/downloads/{self.title}",
        }
        if self.error is not None:
            common["errorMessage"] = self.error
        if self.eta is not None:
            common |= {"timeleft": "00:10:00", "estimatedCompletionTime": rfc3339(self.eta)}
        return [{**common, **part, "id": first_id + n} for n, part in enumerate(self.parts)]


def paged(request: Request, records: list[dict[str, Any]]) -> JSONResponse:
    page = int(request.query_params.get("page", 1))
    size = int(request.query_params.get("pageSize", 10))
    first = (page - 1) * size
    return JSONResponse(
        {
            "page": page,
            "pageSize": size,
            "sortKey": "timeleft",
            "sortDirection": "ascending",
            "totalRecords": len(records),
            "records": records[first : first + size],
        }
    )
