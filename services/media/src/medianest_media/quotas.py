"""How much a person may still ask for: films, or seasons of shows, in a window that slides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType, QuotaState
from medianest_media.settings import MediaSettings


@dataclass(frozen=True, slots=True)
class Allowance:
    """`limit` None is no limit."""

    limit: int | None
    days: int

    def since(self, now: datetime) -> datetime:
        return now - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked for inside the window, and when the first of it was."""

    used: int
    oldest: datetime | None


def allowance(settings: MediaSettings, media_type: MediaType, role: Role | str) -> Allowance:
    limit, days = (
        (settings.movie_quota_limit, settings.movie_quota_days)
        if media_type is MediaType.MOVIE
        else (settings.tv_quota_limit, settings.tv_quota_days)
    )
    return Allowance(limit=limit if limit and role == Role.USER else None, days=days)


def quota_state(allowed: Allowance, usage: Usage) -> QuotaState:
    """`resets_at` is when the oldest of it leaves the window and makes room."""
    return QuotaState(
        limit=allowed.limit,
        days=allowed.days,
        used=usage.used,
        remaining=None if allowed.limit is None else max(0, allowed.limit - usage.used),
        resets_at=usage.oldest + timedelta(days=allowed.days) if usage.oldest and allowed.limit else None,
    )


def fits(allowed: Allowance, usage: Usage, *, more: int) -> bool:
    return allowed.limit is None or usage.used + more <= allowed.limit
