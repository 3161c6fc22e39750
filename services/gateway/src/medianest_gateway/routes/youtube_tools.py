"""What downloads are made with; for administrators, as the youtube service decides."""

from fastapi import Response

from medianest_common.contracts.youtube import tools
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/youtube/tools", tags=["YouTube"], responses=problems(401, 403, 422, 429, 502, 503, 504)
)


FOLDER_SECONDS = 9.0
"""Plex is asked meanwhile."""


@router.get("", response_model=tools.ToolsReport)
async def get_tools(gateway: Gateway) -> Response:
    """Which yt-dlp is in use and how old it is, the programs beside it, and what came of the last update."""
    return await passed_through(gateway.bus, tools.GetTools())


@router.get("/folder", response_model=tools.FolderReport)
async def get_folder(gateway: Gateway) -> Response:
    """Where downloads are kept, how much room is there, and which library of Plex shows them."""
    return await passed_through(gateway.bus, tools.GetFolder(), timeout=FOLDER_SECONDS)


@router.post("/update", status_code=202, response_model=tools.ToolsReport, responses=problems(409))
async def update_ytdlp(gateway: Gateway, body: tools.UpdateYtDlpBody, once: Idempotent) -> Response:
    """Installs the newest yt-dlp, or the one that is named, and uses it from the next download on, if it works here.

    `GET` says in `lastUpdate` what has come of it. One that does not work is thrown away.
    """
    message = tools.UpdateYtDlp(version=body.version)
    return await once(lambda: passed_through(gateway.bus, message, status=202))
