"""How much a person may still ask for: films, or seasons of shows, in a window that slides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType, QuotaState
from medianest_media.models import OwnQuota
from medianest_media.settings import FourK, MediaSettings


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


def allowance(
    settings: MediaSettings, media_type: MediaType, role: Role | str, own: OwnQuota | None = None
) -> Allowance:
    """What was laid down for the person alone, else what holds for their role."""
    films = media_type is MediaType.MOVIE
    if own is not None:
        limit, days = (own.movie_limit, own.movie_days) if films else (own.tv_limit, own.tv_days)
        if days is not None:
            return Allowance(limit=limit, days=days)
    days = settings.movie_quota_days if films else settings.tv_quota_days
    if role == Role.USER:
        limit = settings.movie_quota_limit if films else settings.tv_quota_limit
    else:
        limit = settings.admin_movie_quota_limit if films else settings.admin_tv_quota_limit
    return Allowance(limit=limit or None, days=days)


def may_ask_4k(settings: MediaSettings, role: Role | str, own: OwnQuota | None) -> bool:
    if own is not None and own.may_ask_4k is not None:
        return own.may_ask_4k
    return settings.media_4k_for is FourK.EVERYONE or (
        settings.media_4k_for is FourK.ADMINS and role != Role.USER
    )


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
