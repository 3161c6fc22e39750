"""When a message is tried again, and where it goes when that is over."""

import asyncio

import asyncpg
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from medianest_common.errors import MediaNestError

SCHEDULE = (1.0, 5.0, 30.0, 120.0, 600.0)
"""Seconds before the 2nd, 3rd, … attempt of work that failed for an unknown reason; then it is a dead letter."""

OUTAGE_SCHEDULE = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Seconds between attempts while something is down; the last one repeats for ever, since waiting loses nothing."""

_MOST_TOO_SLOW = 2_900
"""Attempts, a day of them: a statement that is too slow for itself must not come again for ever. What is counted is how
often the message was delivered, whatever each attempt failed of, so an ordinary outage must not use them up: after one
of a day the first statement that is too slow is the last."""

_OUTAGES = (OSError, asyncio.TimeoutError, RedisError, PoolTimeout, InterfaceError, OperationalError)


def is_outage(error: BaseException) -> bool:
    """Whether the same work will succeed once something else is back."""
    if isinstance(error, MediaNestError):
        return error.transient
    if isinstance(error, asyncpg.PostgresConnectionError | asyncpg.CannotConnectNowError):
        return True
    if isinstance(error, DBAPIError):
        known = isinstance(error, _OUTAGES) or _is_shutdown(error) or is_too_slow(error)
        return error.connection_invalidated or known
    return isinstance(error, _OUTAGES)


def is_too_slow(error: BaseException) -> bool:
    """A statement, or its wait for a lock, has met its limit: the database has no time for it, or it is badly made."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in ("57014", "55P03")


def _is_shutdown(error: DBAPIError) -> bool:
    """SQLSTATE classes 08 (connection), 53 (resources), 57P (shutdown) and 40 (serialisation, deadlock)."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return state[:2] in ("08", "53", "40") or state.startswith("57P")


def next_delay(error: BaseException, *, attempt: int) -> float | None:
    """Seconds until the next attempt after `attempt` failed ones, for whatever reason each, or None to give up."""
    if is_too_slow(error) and attempt > _MOST_TOO_SLOW:
        return None
    if is_outage(error):
        wait = OUTAGE_SCHEDULE[min(attempt, len(OUTAGE_SCHEDULE)) - 1]
        asked = error.retry_after if isinstance(error, MediaNestError) else None
        return max(wait, min(asked or 0, 600))
    if isinstance(error, MediaNestError):
        return None
    return SCHEDULE[attempt - 1] if attempt <= len(SCHEDULE) else None
