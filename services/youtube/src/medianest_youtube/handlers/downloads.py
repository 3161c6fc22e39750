"""What people ask for, and what they see of it."""

from medianest_common.contracts.base import Page
from medianest_common.contracts.youtube import downloads
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.list_downloads import list_downloads
from medianest_youtube.use_cases.start_download import start_download


@handlers.rpc
async def on_start_download(command: downloads.StartDownload, app: YoutubeApp) -> downloads.Started:
    return await start_download(app, command)


@handlers.rpc
async def on_list_downloads(query: downloads.ListDownloads, app: YoutubeApp) -> Page[downloads.Download]:
    return await list_downloads(app, query)
