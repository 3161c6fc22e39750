"""What the clock does to the audit log and the figures, in one replica."""

from datetime import timedelta

import structlog
from sqlalchemy import delete, text

from medianest_auth import audit_chain
from medianest_auth.app import AuthApp
from medianest_auth.models import ActiveDay, DayCount, SignInAttempt

log = structlog.get_logger()

CHAIN_SECONDS = 1.0
_LATE = timedelta(minutes=5)
"""What was recorded before midnight is committed by then."""
_COUNT_DAYS = text("""
    with last as (
        select coalesce(
            (select max(day) from sign_in_days),
            least((select min(at)::date from sign_ins), (select min(day) from active_days)) - 1
        ) as day
    ),
    counted (day, measure, label, count) as (
        select at::date, result, coalesce(case result when 'ok' then method else reason end, ''), count(*)
        from sign_ins, last
        where at >= last.day + 1 and at < cast(:today as date)
        group by 1, 2, 3
        union all
        select active_days.day, 'active', '', count(*)
        from active_days, last
        where active_days.day > last.day and active_days.day < cast(:today as date)
        group by 1
        union all
        -- Says how far we have come even if nobody was here.
        select cast(:today as date) - 1, 'done', '', 0
    )
    insert into sign_in_days (day, measure, label, count)
    select day, measure, label, count from counted on conflict do nothing
""")


async def chain_audit(app: AuthApp) -> None:
    await audit_chain.extend(app.db)


async def count_days(app: AuthApp) -> None:
    """Days that are over do not change any more, so that figures of a year cost what figures of a week do."""
    async with app.db.transaction() as tx:
        await tx.session.execute(_COUNT_DAYS, {"today": (app.clock.now() - _LATE).date()})


async def forget_history(app: AuthApp) -> None:
    now = app.clock.now()
    oldest = now - timedelta(days=app.settings.sign_in_days)
    async with app.db.transaction() as tx:
        await tx.session.execute(delete(SignInAttempt).where(SignInAttempt.at < oldest))
        await tx.session.execute(delete(ActiveDay).where(ActiveDay.day < oldest.date()))
        await tx.session.execute(delete(DayCount).where(DayCount.day < oldest.date()))
    await audit_chain.cut(app.db, older_than=now - timedelta(days=app.settings.audit_days))
    head = await audit_chain.head(app.db)
    # Whoever keeps the logs elsewhere can prove with this that nothing was cut off since.
    log.info("audit_head", seq=head.seq, digest=head.hash.hex())
