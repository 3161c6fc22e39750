"""Downloads from YouTube."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.youtube import downloads, queue
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(prefix="/youtube", tags=["YouTube"], responses=problems(401, 403, 422, 429, 503, 504))

PREVIEW_SECONDS = 40.0
STOP_SECONDS = 10.0
"""What runs may have to be killed in another replica first."""


@router.get("/metadata", response_model=downloads.Preview, responses=problems(400, 404, 502))
async def preview_download(gateway: Gateway, query: Annotated[downloads.GetMetadata, Query()]) -> Response:
    """What a link leads to: a video, a playlist or a channel, before anything is downloaded."""
    return await passed_through(gateway.bus, query, timeout=PREVIEW_SECONDS)


@router.post(
    "/download", status_code=201, response_model=downloads.Started, responses=problems(404, 409, 507)
)
async def start_download(gateway: Gateway, body: downloads.DownloadBody, once: Idempotent) -> Response:
    """One download of a video, or one batch of a list. Who asks for what is there already joins it."""
    message = downloads.StartDownload(**body.model_dump())
    return await once(lambda: passed_through(gateway.bus, message, status=201, timeout=STOP_SECONDS))


@router.get("/downloads", response_model=Page[downloads.Download], responses=problems(400))
async def list_downloads(gateway: Gateway, query: Annotated[downloads.ListDownloads, Query()]) -> Response:
    """Everybody's for an administrator, one's own otherwise; the newest first."""
    return await passed_through(gateway.bus, query)


@router.post("/downloads/retry-failed", status_code=204, responses=problems(404))
async def retry_failed_downloads(gateway: Gateway, body: downloads.RetryFailedBody) -> None:
    """All that failed of one's own, or of one batch; an administrator's with `everyone`."""
    await gateway.bus.call(
        downloads.RetryFailedDownloads(batch_id=body.batch_id, everyone=body.everyone), timeout=STOP_SECONDS
    )


@router.get("/downloads/{id:uuid}", response_model=downloads.Download, responses=problems(404))
async def get_download(gateway: Gateway, id: UUID) -> Response:
    """How far it is, its place in the queue, and why it failed."""
    return await passed_through(gateway.bus, downloads.GetDownload(id=id))


@router.delete("/downloads/{id:uuid}", status_code=204, responses=problems(404, 409))
async def remove_download(gateway: Gateway, id: UUID, files: bool = False) -> None:
    """Cancels it at once. Of what is there, `files` deletes the file too, unless somebody else wants it."""
    await gateway.bus.call(downloads.RemoveDownload(id=id, files=files), timeout=STOP_SECONDS)


@router.post("/downloads/{id:uuid}/pause", response_model=downloads.Download, responses=problems(404, 409))
async def pause_download(gateway: Gateway, id: UUID) -> Response:
    """What has arrived is kept."""
    return await passed_through(gateway.bus, downloads.PauseDownload(id=id), timeout=STOP_SECONDS)


@router.post("/downloads/{id:uuid}/resume", response_model=downloads.Download, responses=problems(404, 409))
async def resume_download(gateway: Gateway, id: UUID) -> Response:
    """From what had arrived."""
    return await passed_through(gateway.bus, downloads.ResumeDownload(id=id))


@router.post("/downloads/{id:uuid}/retry", response_model=downloads.Download, responses=problems(404, 409))
async def retry_download(gateway: Gateway, id: UUID) -> Response:
    """One that failed or waits, with all its attempts before it."""
    return await passed_through(gateway.bus, downloads.RetryDownload(id=id))


@router.post("/downloads/{id:uuid}/hurry", response_model=downloads.Download, responses=problems(404, 409))
async def hurry_download(gateway: Gateway, id: UUID) -> Response:
    """Before all that nobody is in a hurry for."""
    return await passed_through(gateway.bus, downloads.HurryDownload(id=id))


@router.put("/downloads/{id:uuid}/pin", response_model=downloads.Download, responses=problems(404, 409))
async def pin_download(gateway: Gateway, id: UUID, body: downloads.PinBody) -> Response:
    """No rule deletes what is pinned."""
    return await passed_through(gateway.bus, downloads.PinDownload(id=id, pinned=body.pinned))


@router.get("/quota", response_model=queue.DownloadQuota)
async def get_download_quota(gateway: Gateway) -> Response:
    """What the caller may still download, and how much room there is."""
    return await passed_through(gateway.bus, queue.GetDownloadQuota())


@router.get("/stats", response_model=queue.DownloadStats)
async def get_download_stats(gateway: Gateway) -> Response:
    """Everybody's for an administrator, one's own otherwise."""
    return await passed_through(gateway.bus, queue.GetDownloadStats())


@router.get("/queue", response_model=queue.Queue)
async def get_queue(gateway: Gateway) -> Response:
    """How much waits, and why nothing begins if nothing does."""
    return await passed_through(gateway.bus, queue.GetQueue())


@router.post("/queue/pause", response_model=queue.Queue)
async def pause_queue(gateway: Gateway, body: queue.PauseQueueBody) -> Response:
    """For administrators. What runs goes on; nothing new begins."""
    return await passed_through(gateway.bus, queue.PauseQueue(reason=body.reason))


@router.post("/queue/resume", response_model=queue.Queue)
async def resume_queue(gateway: Gateway) -> Response:
    """For administrators; also ends a pause that YouTube has brought about."""
    return await passed_through(gateway.bus, queue.ResumeQueue())
