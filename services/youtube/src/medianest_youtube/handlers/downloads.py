"""What people ask for, and what they see of it."""

from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.youtube import downloads, queue
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.count_downloads import count_downloads
from medianest_youtube.use_cases.get_download import get_download
from medianest_youtube.use_cases.get_download_quota import (
    get_download_quota,
    get_person_quota,
    set_download_limits,
)
from medianest_youtube.use_cases.get_download_stats import get_download_stats
from medianest_youtube.use_cases.get_metadata import get_metadata
from medianest_youtube.use_cases.list_downloads import list_downloads
from medianest_youtube.use_cases.pin_download import pin_download
from medianest_youtube.use_cases.retry_failed import retry_failed
from medianest_youtube.use_cases.start_download import start_download


@handlers.rpc
async def on_get_metadata(query: downloads.GetMetadata, app: YoutubeApp) -> downloads.Preview:
    return await get_metadata(app, query)


@handlers.rpc
async def on_start_download(command: downloads.StartDownload, app: YoutubeApp) -> downloads.Started:
    return await start_download(app, command)


@handlers.rpc
async def on_list_downloads(query: downloads.ListDownloads, app: YoutubeApp) -> Page[downloads.Download]:
    return await list_downloads(app, query)


@handlers.rpc
async def on_pin_download(command: downloads.PinDownload, app: YoutubeApp) -> downloads.Download:
    await pin_download(app, command)
    return await get_download(app, command.id)


@handlers.rpc
async def on_retry_failed(command: downloads.RetryFailedDownloads, app: YoutubeApp) -> Nothing:
    await retry_failed(app, command)
    return Nothing()


@handlers.rpc
async def on_get_download_quota(query: queue.GetDownloadQuota, app: YoutubeApp) -> queue.DownloadQuota:
    return await get_download_quota(app)


@handlers.rpc
async def on_get_person_quota(
    query: queue.GetPersonDownloadQuota, app: YoutubeApp
) -> queue.PersonDownloadQuota:
    return await get_person_quota(app, query)


@handlers.rpc
async def on_set_download_limits(
    command: queue.SetDownloadLimits, app: YoutubeApp
) -> queue.PersonDownloadQuota:
    return await set_download_limits(app, command)


@handlers.rpc
async def on_get_download_stats(query: queue.GetDownloadStats, app: YoutubeApp) -> queue.DownloadStats:
    return await get_download_stats(app)


@handlers.rpc
async def on_count_downloads(query: downloads.CountDownloads, app: YoutubeApp) -> downloads.DownloadCounts:
    return await count_downloads(app)
