"""Whether downloads can be made as they should. The service is never down for it: what is there can be seen still."""

from collections.abc import Sequence

from medianest_common.contracts.platform import Check, CheckStatus
from medianest_youtube.app import YoutubeApp
from medianest_youtube.queue_checks import lack_of_success, pause_of_the_queue, trouble_with_the_folder
from medianest_youtube.use_cases.show_tools import yt_dlp
from medianest_youtube.workers import in_thread


async def checks(app: YoutubeApp) -> Sequence[Check]:
    tools = app.tools
    found = {
        "ffmpeg": tools.ffmpeg.advice or tools.ffprobe.advice or await in_thread(tools.lack_of_ffmpeg),
        "javascript": tools.runtime.advice,
        "ytdlp": _age(app),
        "queue": await pause_of_the_queue(app),
        "downloads": await lack_of_success(app),
        "folder": await trouble_with_the_folder(app),
    }
    return [
        Check(name=name, status=CheckStatus.DEGRADED if said else CheckStatus.OK, message=said)
        for name, said in found.items()
    ]


def _age(app: YoutubeApp) -> str | None:
    found = yt_dlp(app)
    if not found.outdated:
        return None
    return (
        f"yt-dlp is {found.age_days} days old, and YouTube changes often. "
        "Update it in the portal or with `medianest admin update-ytdlp`."
    )
