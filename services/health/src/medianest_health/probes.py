"""The probes that this replica has open, for as long as it looks at what they look at."""

from collections.abc import Awaitable, Callable, Collection, Sequence
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
from medianest_health.repository.specs import SpecUnreadable, spec_of

log = structlog.get_logger()

type ReadMonitors = Callable[[Collection[UUID]], Awaitable[Sequence[Monitor]]]


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

    async def prepare(self, claimed: Sequence[Claimed], *, read: ReadMonitors) -> None:
        """For `of`: reads what is not open yet, or open from what it was before."""
        wanted = [each for each in claimed if self._is_missing(each)]
        if not wanted:
            return
        for monitor in await read([each.id for each in wanted]):
            await self._close(monitor.id)
            self._open[monitor.id] = _Open(monitor.updated_at, self._opened(monitor))

    def of(self, claimed: Claimed) -> Probe | None:
        """None where there is nothing to ask: it reports by itself, or it was removed just now."""
        if claimed.origin == "automatic":
            return next((each.probe for each in self._app.watched if each.key == claimed.key), None)
        opened = self._open.get(claimed.id)
        return opened.probe if opened else None

    async def keep_only(self, monitors: Collection[UUID]) -> None:
        for monitor_id in [each for each in self._open if each not in monitors]:
            await self._close(monitor_id)

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
        except SpecUnreadable as error:
            return _CannotLook(str(error))
        return open_probe(spec, name=monitor.name, seconds=monitor.timeout_seconds, ports=self._app.ports)

    async def _close(self, monitor_id: UUID) -> None:
        if opened := self._open.pop(monitor_id, None):
            try:
                await opened.probe.aclose()
            except Exception:
                log.exception("probe_not_closed", monitor_id=str(monitor_id))


class _CannotLook:
    def __init__(self, message: str) -> None:
        self._message = message

    async def __call__(self) -> Finding:
        return Finding(MonitorState.UNKNOWN, message=self._message)

    async def aclose(self) -> None:
        pass
