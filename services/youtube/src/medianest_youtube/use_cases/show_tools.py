"""What downloads are made with, and how old it is."""

from datetime import datetime

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.youtube.tools import (
    GetTools,
    ProgramReport,
    ProgramState,
    ToolsReport,
    YtDlpReport,
)
from medianest_youtube.app import YoutubeApp
from medianest_youtube.releases import released_on
from medianest_youtube.tools import Tool


async def get_tools(app: YoutubeApp, _: GetTools) -> ToolsReport:
    require(Permission.SEE_INTERNALS)
    return report(app)


def report(app: YoutubeApp) -> ToolsReport:
    tools = app.tools
    return ToolsReport(
        yt_dlp=yt_dlp(app),
        runtime=_program(tools.runtime),
        ffmpeg=_program(tools.ffmpeg),
        ffprobe=_program(tools.ffprobe),
        last_update=app.releases.last_update(),
    )


def yt_dlp(app: YoutubeApp) -> YtDlpReport:
    version = app.releases.in_use
    age = age_in_days(version, now=app.clock.now())
    return YtDlpReport(
        version=version,
        age_days=age,
        outdated=age > app.settings.youtube_ytdlp_max_age_days,
        bundled=app.releases.is_bundled,
    )


def age_in_days(version: str, *, now: datetime) -> int:
    """0 where the version does not say its day, or says one to come."""
    day = released_on(version)
    return max((now.date() - day).days, 0) if day else 0


def _program(tool: Tool) -> ProgramReport:
    return ProgramReport(state=ProgramState(tool.state), version=tool.version, advice=tool.advice)
