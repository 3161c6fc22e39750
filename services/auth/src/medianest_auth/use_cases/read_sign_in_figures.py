"""Who comes, how, and who is kept out: for administrators, in figures and without names.

Days that are over were counted once (`history_jobs.count_days`); only today is counted when somebody asks.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ScalarSelect, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_auth.app import AuthApp
from medianest_auth.models import ActiveDay, DayCount, Session, SignInAttempt
from medianest_common.bus import require
from medianest_common.contracts.auth.history import (
    ActiveUsers,
    DayOfSignIns,
    GetSignInFigures,
    LockedOut,
    SignInFigures,
)
from medianest_common.contracts.identity import Permission

type _Days = defaultdict[date, defaultdict[str, Counter[str]]]


async def get_sign_in_figures(app: AuthApp, query: GetSignInFigures) -> SignInFigures:
    require(Permission.SEE_AUDIT)
    now = app.clock.now()
    today, shown = now.date(), min(query.days, app.settings.sign_in_days)
    first = today - timedelta(days=shown - 1)
    async with app.db.read() as connection:
        days = await _counted(connection, first=first)
        await _add_uncounted(connection, days, first=first)
        active = await _active(connection, today=today)
        live = await _live(connection, now=now)
    per_day = [_day(first + timedelta(days=n), days) for n in range(shown)]
    return SignInFigures(
        active_users=active,
        per_day=per_day,
        methods=_sum(day.by_method for day in per_day),
        failures=_sum(day.refused_by_reason for day in per_day),
        sessions_live=live,
        locked_out=await _locked_out(app),
        kept_days=app.settings.sign_in_days,
    )


async def _counted(connection: AsyncConnection, *, first: date) -> _Days:
    days: _Days = defaultdict(lambda: defaultdict(Counter))
    statement = select(DayCount.day, DayCount.measure, DayCount.label, DayCount.count).where(
        DayCount.day >= first
    )
    for day, measure, label, count in (await connection.execute(statement)).all():
        days[day][measure][label] += count
    return days


async def _add_uncounted(connection: AsyncConnection, days: _Days, *, first: date) -> None:
    """Today, and yesterday in the first minutes after midnight."""
    last: date | None = await connection.scalar(select(func.max(DayCount.day)))
    since = max(first, last + timedelta(days=1)) if last else first
    day = func.date(func.timezone("UTC", SignInAttempt.at))
    label = case((SignInAttempt.result == "ok", SignInAttempt.method), else_=SignInAttempt.reason)
    sign_ins = (
        select(day, SignInAttempt.result, func.coalesce(label, ""), func.count())
        .where(SignInAttempt.at >= datetime.combine(since, time(), UTC))
        .group_by(day, SignInAttempt.result, label)
    )
    for when, measure, name, count in (await connection.execute(sign_ins)).all():
        days[when][measure][name] += count
    present = select(ActiveDay.day, func.count()).where(ActiveDay.day >= since).group_by(ActiveDay.day)
    for when, count in (await connection.execute(present)).all():
        days[when]["active"][""] += count


async def _active(connection: AsyncConnection, *, today: date) -> ActiveUsers:
    def since(days: int) -> ScalarSelect[int]:
        return (
            select(func.count(ActiveDay.user_id.distinct()))
            .where(ActiveDay.day > today - timedelta(days=days), ActiveDay.day <= today)
            .scalar_subquery()
        )

    day, week, month = (await connection.execute(select(since(1), since(7), since(30)))).one()
    return ActiveUsers(day=day, week=week, month=month)


async def _live(connection: AsyncConnection, *, now: datetime) -> int:
    statement = (
        select(func.count())
        .select_from(Session)
        .where(Session.revoked_at.is_(None), Session.idle_expires_at > now, Session.expires_at > now)
    )
    return await connection.scalar(statement) or 0


async def _locked_out(app: AuthApp) -> LockedOut | None:
    full = await app.attempts.full()
    if full is None:
        return None
    accounts, networks = full.pop("account", 0), full.pop("network", 0)
    return LockedOut(accounts=accounts, networks=networks, others=full.total())


def _day(day: date, days: _Days) -> DayOfSignIns:
    counts = days[day]
    return DayOfSignIns(
        day=day,
        active_users=counts["active"].total(),
        signed_in=counts["ok"].total(),
        refused=counts["refused"].total(),
        by_method=dict(counts["ok"]),
        refused_by_reason=dict(counts["refused"]),
    )


def _sum(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total.most_common())
