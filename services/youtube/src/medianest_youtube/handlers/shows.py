"""What lies beside the videos of a show."""

from medianest_common.contracts.youtube.jobs import FurnishShow
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.furnish_show import furnish_show


@handlers.job(concurrency=1, ack_wait=90)
async def on_furnish_show(job: FurnishShow, app: YoutubeApp) -> None:
    await furnish_show(app, job)
