"""One's own sign-ins: where one is signed in, how often and how one came in, and what stands out."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, func, literal_column, select

from medianest_auth.app import AuthApp
from medianest_auth.models import SignInAttempt, User
from medianest_auth.sign_in_history import in_words
from medianest_auth.use_cases.read_sessions import live_sessions
from medianest_common.bus import require_person
from medianest_common.contracts.auth.history import (
    Activity,
    GetActivity,
    MethodCount,
    SignInCount,
    SignInSeen,
)
from medianest_common.db import Transaction

_LATEST = 20
_QUARTER = timedelta(minutes=15)
"""Every zone's clock agrees on those."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IS_UNUSUAL: ColumnElement[bool] = literal_column("unusual <> '[]'::jsonb")
"""As the index says it."""


async def get_activity(app: AuthApp, query: GetActivity) -> Activity:
    caller = require_person()
    now, kept = app.clock.now(), app.settings.sign_in_days
    mine = SignInAttempt.user_id == caller.user_id
    since = now - timedelta(days=kept)
    async with app.db.transaction() as tx:
        zone = _zone(await tx.session.scalar(select(User.time_zone).where(User.id == caller.user_id)))
        today = now.astimezone(zone).date()
        days = await _by_day(tx, mine, since=since, zone=zone)
        return Activity(
            sessions=await live_sessions(app, tx, caller),
            per_day=_every_day(days, today=today, count=min(query.days, kept)),
            per_week=_every_week(days, today=today, count=min(query.days, kept)),
            methods=await _methods(tx, mine, since=since),
            unusual=await _latest(tx, mine, SignInAttempt.at >= since, _IS_UNUSUAL),
            recent=await _latest(tx, mine, SignInAttempt.at >= since),
            time_zone=zone.key,
            kept_days=kept,
        )


async def _by_day(
    tx: Transaction, mine: ColumnElement[bool], *, since: datetime, zone: ZoneInfo
) -> dict[date, Counter[str]]:
    """PostgreSQL has zones of its own, and may not know one that this machine knows, or know it otherwise."""
    quarter = func.date_bin(_QUARTER, SignInAttempt.at, _EPOCH)
    statement = (
        select(quarter, SignInAttempt.result, func.count())
        .where(mine, SignInAttempt.at >= since)
        .group_by(quarter, SignInAttempt.result)
    )
    found: dict[date, Counter[str]] = {}
    for when, result, count in (await tx.session.execute(statement)).all():
        counts = found.setdefault(when.astimezone(zone).date(), Counter())
        counts["signed_in" if result == "ok" else "refused"] += count
    return found


def _every_day(days: dict[date, Counter[str]], *, today: date, count: int) -> list[SignInCount]:
    """Days without a sign-in are among them, so that a chart needs to fill no holes."""
    shown = [today - timedelta(days=back) for back in reversed(range(count))]
    return [_count(day, days.get(day, Counter())) for day in shown]


def _every_week(days: dict[date, Counter[str]], *, today: date, count: int) -> list[SignInCount]:
    weeks: dict[date, Counter[str]] = {}
    for back in reversed(range(count)):
        day = today - timedelta(days=back)
        weeks.setdefault(day - timedelta(days=day.weekday()), Counter()).update(days.get(day, Counter()))
    return [_count(monday, counts) for monday, counts in weeks.items()]


def _count(day: date, counts: Counter[str]) -> SignInCount:
    return SignInCount(from_day=day, signed_in=counts["signed_in"], refused=counts["refused"])


async def _methods(tx: Transaction, mine: ColumnElement[bool], *, since: datetime) -> list[MethodCount]:
    counted = func.count()
    statement = (
        select(SignInAttempt.method, counted, func.max(SignInAttempt.at))
        .where(mine, SignInAttempt.at >= since, SignInAttempt.result == "ok")
        .group_by(SignInAttempt.method)
        .order_by(counted.desc(), SignInAttempt.method)
    )
    rows = (await tx.session.execute(statement)).all()
    return [MethodCount(method=method, signed_in=count, last_at=last) for method, count, last in rows]


async def _latest(tx: Transaction, *conditions: ColumnElement[bool]) -> list[SignInSeen]:
    statement = select(SignInAttempt).where(*conditions).order_by(SignInAttempt.at.desc()).limit(_LATEST)
    return [_seen(row) for row in (await tx.session.scalars(statement)).all()]


def _seen(row: SignInAttempt) -> SignInSeen:
    return SignInSeen(
        at=row.at,
        method=row.method,
        result=row.result,
        reason=row.reason,
        browser=row.browser,
        platform=row.platform,
        place=row.network,
        session_id=row.session_id,
        unusual=in_words(row.unusual),
    )


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
