"""What downloads are made with."""

from medianest_common.contracts.youtube.tools import (
    FolderReport,
    GetFolder,
    GetTools,
    InstallYtDlp,
    ToolsReport,
    UpdateYtDlp,
)
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.show_folder import show_folder
from medianest_youtube.use_cases.show_tools import get_tools
from medianest_youtube.use_cases.update_ytdlp import install_ytdlp, update_ytdlp


@handlers.rpc
async def on_get_tools(query: GetTools, app: YoutubeApp) -> ToolsReport:
    return await get_tools(app, query)


@handlers.rpc
async def on_get_folder(query: GetFolder, app: YoutubeApp) -> FolderReport:
    return await show_folder(app, query)


@handlers.rpc
async def on_update(command: UpdateYtDlp, app: YoutubeApp) -> ToolsReport:
    return await update_ytdlp(app, command)


@handlers.job(concurrency=1, ack_wait=60)
async def on_install(job: InstallYtDlp, app: YoutubeApp) -> None:
    await install_ytdlp(app, job)
