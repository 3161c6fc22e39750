"""How much a user may still ask for."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .numbers import MediaKind, Permission, RequestStatus
from .state import State, User


@dataclass(frozen=True, kw_only=True)
class Quota:
    days: int
    limit: int
    used: int

    @property
    def remaining(self) -> int | None:
        return max(0, self.limit - self.used) if self.limit else None

    @property
    def restricted(self) -> bool:
        return self.remaining == 0

    def view(self) -> dict[str, Any]:
        """Without a limit, only what the server then shows."""
        if not self.limit:
            return {"used": self.used, "restricted": False}
        return {
            "days": self.days,
            "limit": self.limit,
            "used": self.used,
            "remaining": self.remaining,
            "restricted": self.restricted,
        }


def quota_of(state: State, user: User, kind: MediaKind) -> Quota:
    """Counts movies or seasons of requests that are not declined, over the days of the quota."""
    default = state.default_movie_quota if kind == "movie" else state.default_tv_quota
    limit, days = (user.movie_quota if kind == "movie" else user.tv_quota) or default
    if not limit or user.may(Permission.MANAGE_USERS):
        return Quota(days=days, limit=0, used=0)
    since = state.now() - timedelta(days=days)
    counted = [
        request
        for request in state.requests.values()
        if request.requested_by is user
        and request.kind == kind
        and request.status != RequestStatus.DECLINED
        and request.created_at > since
    ]
    used = len(counted) if kind == "movie" else sum(len(request.seasons) for request in counted)
    return Quota(days=days, limit=limit, used=used)
