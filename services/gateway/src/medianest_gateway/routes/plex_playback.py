"""What is played on the Plex server, and what was played."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.base import Moment
from medianest_common.contracts.plex import playback
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(prefix="/plex", tags=["Plex"], responses=problems(401, 403, 422, 429, 503, 504))

Mine = Annotated[bool, Query(description="Only what is one's own, for administrators too")]


@router.get("/sessions", response_model=playback.NowPlaying)
async def list_sessions(gateway: Gateway, mine: Mine = False) -> Response:
    """What is being played: everybody's for administrators, one's own with `mine`."""
    return await passed_through(gateway.bus, playback.ListSessions(mine=mine))


@router.get("/history", response_model=playback.PlayHistory, responses=problems(400))
async def list_plays(
    gateway: Gateway,
    mine: Mine = False,
    user: UUID | None = None,
    account: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    library: Annotated[str | None, Query(max_length=18, pattern="^[0-9]+$")] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """What was played, the newest first: one's own, and everybody's for administrators."""
    message = playback.ListPlays(
        mine=mine,
        user=user,
        account=account,
        library=library,
        since=since,
        until=until,
        limit=limit,
        cursor=cursor,
    )
    return await passed_through(gateway.bus, message)


@router.get("/stats", response_model=playback.PlayStats)
async def get_play_stats(
    gateway: Gateway,
    mine: Mine = False,
    user: UUID | None = None,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """What it adds up to, by day, hour, title, library, person and player."""
    message = playback.GetPlayStats(mine=mine, user=user, days=days, limit=limit)
    return await passed_through(gateway.bus, message)
