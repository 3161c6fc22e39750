"""The queue: tickets, what runs by the clock, and what people do to what they wait for."""

from medianest_common.contracts.youtube import downloads
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.run_download import use_ticket


@handlers.job(concurrency=4, ack_wait=30)
async def on_download_asset(job: downloads.DownloadAsset, app: YoutubeApp) -> None:
    await use_ticket(app)
