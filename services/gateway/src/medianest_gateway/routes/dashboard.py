"""What somebody sees first. Nothing that is away or slow keeps the rest from being shown."""

from collections.abc import Mapping
from hashlib import blake2b

from fastapi import Response

from medianest_common.bus import require, require_caller
from medianest_common.contracts.base import to_camel
from medianest_common.contracts.identity import Permission
from medianest_common.web import Router, problems
from medianest_gateway.dashboard import sources
from medianest_gateway.dashboard.board import Shown
from medianest_gateway.dashboard.views import (
    AdminStats,
    DashboardNotifications,
    DashboardStats,
    DashboardStatus,
)
from medianest_gateway.routes.common import JSON, Gateway

router = Router(prefix="/dashboard", tags=["Dashboard"], responses=problems(401, 403, 422, 429, 503, 504))

admin = Router(prefix="/admin", tags=["Administration"], responses=problems(401, 403, 422, 429, 503, 504))


@router.get("/stats", response_model=DashboardStats)
async def read_stats(gateway: Gateway) -> Response:
    """Each part says whether it is fresh, stale (as known last) or unavailable. `household` is for administrators."""
    asked = {f"mine.{key}": source for key, source in sources.STATS.items()}
    if require_caller().is_admin:
        asked |= {f"all.{key}": source for key, source in sources.HOUSEHOLD.items()}
    shown = await gateway.board.show(asked)
    mine = _written({key: shown[f"mine.{key}"] for key in sources.STATS})
    if not require_caller().is_admin:
        return _answer(mine)
    household = _written({key: shown[f"all.{key}"] for key in sources.HOUSEHOLD})
    return _answer(
        Shown(
            b'%s,"household":%s}' % (mine.body[:-1], household.body),
            mine.mark + household.mark,
        )
    )


@router.get("/status", response_model=DashboardStatus)
async def read_status(gateway: Gateway) -> Response:
    """The services that the caller may see, and the worst of their states."""
    return _answer(_written(await gateway.board.show(sources.STATUS)))


@router.get("/notifications", response_model=DashboardNotifications)
async def read_notifications(gateway: Gateway) -> Response:
    """The latest ten, and how many are unread."""
    return _answer(_written(await gateway.board.show(sources.NOTIFICATIONS)))


@admin.get("/stats", response_model=AdminStats)
async def read_admin_stats(gateway: Gateway) -> Response:
    """How the household uses the portal. Each part is fresh, stale or unavailable by itself, as on the dashboard."""
    require(Permission.SEE_INTERNALS)
    return _answer(_written(await gateway.board.show(sources.ADMIN)))


def _written(parts: Mapping[str, Shown]) -> Shown:
    members = [b'"%s":%s' % (to_camel(name).encode(), part.body) for name, part in parts.items()]
    return Shown(b"{%s}" % b",".join(members), b"\n".join(part.mark for part in parts.values()))


def _answer(shown: Shown) -> Response:
    """The tag is weak, since it says the same while nothing but the time of asking has changed."""
    tag = blake2b(shown.mark, digest_size=12).hexdigest()
    return Response(shown.body, media_type=JSON, headers={"ETag": f'W/"{tag}"'})
