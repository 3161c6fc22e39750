"""Faults of our own, told to a Sentry where the settings name one.

Told is what was logged as an error together with its exception, so that there is one place to decide about it. Nothing
of what was being worked on goes out: what broke and where, which service, which release, and the correlation id by
which the whole story is found in the log here. Without `MEDIANEST_SENTRY_DSN` nothing of Sentry is even read.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar

from prometheus_client import Counter
from structlog.typing import EventDict, WrappedLogger

from medianest_common.clock import Clock, SystemClock
from medianest_common.settings import Settings

FAULTS = Counter("medianest_faults_total", "Faults that were to be told to Sentry.", ["outcome"])

LEAVING_SECONDS = 1.0
"""For what is still on its way when the process ends."""

service_name: ContextVar[str] = ContextVar("medianest_service", default="medianest")
"""Whose work this is, where one process runs several services."""

_LEVELS = frozenset({"error", "exception", "critical"})

type Tell = Callable[[BaseException, EventDict], str]

_tellers: list[Tell] = []
"""None or one."""


@asynccontextmanager
async def reporting(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[None]:
    """Inside the block faults are told, if the settings say where."""
    if settings.sentry_dsn is None:
        yield
        return
    # Its import costs memory and time that nobody else should pay.
    from medianest_common.reporting.sentry import Sentry

    logging.getLogger("urllib3").setLevel(logging.ERROR)
    sentry = Sentry(
        settings.sentry_dsn.get_secret_value(),
        environment=settings.sentry_environment,
        clock=clock or SystemClock(),
    )
    _tellers.append(sentry.tell)
    try:
        yield
    finally:
        _tellers.remove(sentry.tell)
        await asyncio.to_thread(sentry.close, LEAVING_SECONDS)


def tell_of_faults(_: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A structlog processor that changes nothing. Has to stand before exceptions become text."""
    if _tellers and method in _LEVELS and (error := _exception(event.get("exc_info"))):
        try:
            FAULTS.labels(_tellers[-1](error, event)).inc()
        except Exception:
            # Whoever logs is in trouble already.
            FAULTS.labels("failed").inc()
    return event


def _exception(exc_info: object) -> BaseException | None:
    """In whichever of the three ways that loggers take it."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        found = exc_info[1]
        return found if isinstance(found, BaseException) else None
    return sys.exception() if exc_info else None
