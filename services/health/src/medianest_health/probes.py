"""The probes that this replica has open, for as long as it looks at what they look at."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

import structlog

from medianest_common.contracts.health import MonitorState
from medianest_health.adapters.kinds import open_probe
from medianest_health.adapters.probe import Finding, Probe
from medianest_health.app import HealthApp
from medianest_health.models import Monitor
from medianest_health.repository.schedules import Claimed
from medianest_health.repository.specs import UNREADABLE, SpecUnreadable, spec_of

log = structlog.get_logger()

_CLOSED_SECONDS = 1.0


class Closable(Probe, Protocol):
    async def aclose(self) -> None: ...


class _Open(NamedTuple):
    updated_at: datetime
    """When what it was opened from was changed."""
    probe: Closable


class Probes:
    """Those of automatic monitors come with the settings; the others are opened when they are first needed, and anew
    once their monitor is another."""

    def __init__(self, app: HealthApp) -> None:
        self._app = app
        self._open: dict[UUID, _Open] = {}

    def missing(self, claimed: Sequence[Claimed]) -> list[UUID]:
        """What is not open yet, or open from what it was before."""
        return [each.id for each in claimed if self._is_missing(each)]

    async def open(self, monitors: Sequence[Monitor]) -> None:
        """For `of`. Takes no longer than one of those that are closed for it may take."""
        await self._close(each.id for each in monitors)
        for each in monitors:
            self._open[each.id] = _Open(each.updated_at, self._opened(each))

    def of(self, claimed: Claimed) -> Probe | None:
        """None where there is nothing to ask: it reports by itself, or it was removed just now."""
        if claimed.origin == "automatic":
            return next((each.probe for each in self._app.watched if each.key == claimed.key), None)
        opened = self._open.get(claimed.id)
        return opened.probe if opened else None

    async def keep_only(self, monitors: Collection[UUID]) -> None:
        await self._close([each for each in self._open if each not in monitors])

    async def aclose(self) -> None:
        await self.keep_only(())

    def _is_missing(self, claimed: Claimed) -> bool:
        if claimed.origin == "automatic" or claimed.kind == "push":
            return False
        opened = self._open.get(claimed.id)
        return opened is None or opened.updated_at != claimed.updated_at

    def _opened(self, monitor: Monitor) -> Closable:
        try:
            spec = spec_of(monitor, cipher=self._app.cipher)
            return open_probe(spec, name=monitor.name, seconds=monitor.timeout_seconds, ports=self._app.ports)
        except SpecUnreadable as error:
            return _CannotLook(str(error))
        except Exception as error:
            # Written by another version, or by hand. The name of the error only: it may quote what it was given.
            log.warning("probe_not_opened", monitor=monitor.key, error=type(error).__name__)
            return _CannotLook(UNREADABLE)

    async def _close(self, monitors: Iterable[UUID]) -> None:
        opened = [probe.probe for each in monitors if (probe := self._open.pop(each, None))]
        await asyncio.gather(*map(_close, opened))


async def _close(probe: Closable) -> None:
    try:
        async with asyncio.timeout(_CLOSED_SECONDS):
            await probe.aclose()
    except Exception:
        log.exception("probe_not_closed")


class _CannotLook:
    def __init__(self, message: str) -> None:
        self._message = message

    async def __call__(self) -> Finding:
        return Finding(MonitorState.UNKNOWN, message=self._message)

    async def aclose(self) -> None:
        pass
