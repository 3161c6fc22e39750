"""The loop in every replica that looks at whatever is due, and writes down what it has found."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import structlog
from prometheus_client import REGISTRY

from medianest_common.bus.retry import is_outage
from medianest_common.clock import uuid7
from medianest_common.contracts.health import MonitorState
from medianest_health.adapters.probe import Finding
from medianest_health.app import HealthApp
from medianest_health.catalogue import Watched
from medianest_health.checks import Check
from medianest_health.metrics import MonitorMetrics
from medianest_health.probes import Probes
from medianest_health.pulse import Mark, Pulse
from medianest_health.repository import Monitors
from medianest_health.repository.schedules import Claimed, Next, Schedules
from medianest_health.scheduling import AT_ONCE, HUNG_SHARE, TICK_SECONDS, looked_at_every
from medianest_health.use_cases.end_unwatched import end_unwatched
from medianest_health.use_cases.store_checks import store_checks

log = structlog.get_logger()

RESULTS_KEPT = timedelta(minutes=10)
"""What could not be written down for so long is left out: a gap, which says so."""
_START_SECONDS = 2.0
"""Before the first look, so that parts of the installation that start with us are not found missing."""
_SWEEP_SECONDS = 5.0
_CANCELLED_SECONDS = 2.0
_BATCH = 200
_ATTEMPTS = 3
_SLACK_SECONDS = 1.0
"""Probes keep the time themselves, and say more about it than we can."""
_LOST = ("40001", "40P01")
"""To another transaction, which is over by then: serialisation, deadlock."""
_WAITED = "55P03"
"""For a lock, in vain."""


class Prober:
    """One for each replica. `turn` is one tick; nothing that goes wrong in it ends the loop."""

    def __init__(self, app: HealthApp, *, at_once: int = AT_ONCE) -> None:
        self._app = app
        self._at_once = at_once
        self.replica = uuid7().hex
        self.pulse = Pulse(app.clock)
        self.metrics = MonitorMetrics(app.clock)
        self._probes = Probes(app)
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._hanging: set[UUID] = set()
        """Those of them that hung the last time."""
        self.found: dict[UUID, Check] = {}
        """Not written down yet."""
        self._claimed_last: set[UUID] = set()
        self._matched: tuple[list[Watched], frozenset[str]] | None = None
        self._sweep_at = float("-inf")

    @classmethod
    @asynccontextmanager
    async def open(cls, app: HealthApp, *, at_once: int = AT_ONCE) -> AsyncIterator["Prober"]:
        prober = cls(app, at_once=at_once)
        beating = asyncio.create_task(prober.pulse.run())
        REGISTRY.register(prober.metrics)
        try:
            yield prober
        finally:
            REGISTRY.unregister(prober.metrics)
            beating.cancel()
            await prober._close()

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """All the time, within the block."""
        loop = asyncio.create_task(self.run())
        try:
            yield
        finally:
            loop.cancel()
            await asyncio.wait({loop}, timeout=_CANCELLED_SECONDS)

    async def run(self, *, after: float = _START_SECONDS) -> None:
        await asyncio.sleep(after)
        now = asyncio.get_running_loop().time
        while True:
            began = now()
            try:
                await self.turn()
            except Exception as error:
                log.warning("looking_failed", error=repr(error)[:300], exc_info=not _passes(error))
            await asyncio.sleep(max(0.1, TICK_SECONDS - (now() - began)))

    async def turn(self) -> None:
        """Write down what was found, and begin to look at what is due."""
        if self._matched != self._to_match():
            await self.match()
        try:
            await self.store()
        except Exception as error:
            if not _is_in_the_way(error):
                raise
            # What was found is kept, and stays ours: nobody has to find it again.
            log.warning("checks_wait", number=len(self.found), error=repr(error)[:300])
        if asyncio.get_running_loop().time() >= self._sweep_at:
            await self.sweep()
        await self._claim()

    async def settled(self) -> None:
        """Every look that has begun has come to an end."""
        while self._running:
            await asyncio.wait(set(self._running.values()))

    async def match(self) -> None:
        watched, undecided = matching = self._to_match()
        async with self._app.db.transaction() as tx:
            await Monitors(tx.session).match(watched, undecided=undecided, now=self._app.clock.now())
        self._matched = matching
        self._sweep_at = float("-inf")

    def _to_match(self) -> tuple[list[Watched], frozenset[str]]:
        return list(self._app.watched), self._app.integrations.undecided

    async def sweep(self) -> None:
        """Plan what is new, and close what is no longer ours to look at."""
        now = self._app.clock.now()
        async with self._app.db.transaction() as tx:
            schedules = Schedules(tx.session)
            await schedules.plan_new(now=now, spread_seconds=self._app.settings.health_jitter_seconds)
            kept = await schedules.kept_by(self.replica)
            await end_unwatched(tx, now=now)
        await self._probes.keep_only(kept | self._running.keys())
        self.metrics.keep_only(kept)
        self._sweep_at = asyncio.get_running_loop().time() + _SWEEP_SECONDS

    async def _claim(self) -> None:
        held = {*self._running, *self.found}
        # A lease lasts for three ticks, so what was claimed in the last one need not be renewed yet.
        lasting = held - self._claimed_last
        async with self._app.db.transaction() as tx:
            schedules = Schedules(tx.session)
            if lasting:
                await schedules.renew(self.replica, lasting)
            claimed = await schedules.claim(
                self.replica,
                automatic={each.key: each.target for each in self._app.watched},
                now=self._app.clock.now(),
                places=max(0, self._at_once - len(self._running)),
                hung_places=max(0, int(self._at_once * HUNG_SHARE) - len(self._hanging)),
            )
            missing = self._probes.missing(claimed)
            monitors = await schedules.monitors(missing) if missing else []
        await self._probes.open(monitors)
        self._claimed_last = {each.id for each in claimed}
        for each in claimed:
            if each.id not in held:
                self._running[each.id] = asyncio.create_task(self._look(each))
                if each.hung:
                    self._hanging.add(each.id)

    async def _look(self, claimed: Claimed) -> None:
        app, loop = self._app, asyncio.get_running_loop()
        try:
            await asyncio.sleep(min((claimed.due_at - app.clock.now()).total_seconds(), TICK_SECONDS))
            mark, began = self.pulse.mark(), loop.time()
            finding = await self._ask(claimed)
            seconds = loop.time() - began
            self.found[claimed.id] = Check(
                claimed, app.clock.now(), self._believed(claimed, finding, seconds, since=mark), seconds
            )
        finally:
            self._running.pop(claimed.id, None)
            self._hanging.discard(claimed.id)

    async def _ask(self, claimed: Claimed) -> Finding | None:
        probe = self._probes.of(claimed)
        if probe is None:
            return None
        seconds = claimed.timeout_seconds
        if claimed.origin == "automatic":
            # Their probes were opened with what the settings say.
            seconds = max(seconds, self._app.settings.health_probe_seconds)
        try:
            async with asyncio.timeout(seconds + _SLACK_SECONDS):
                return await probe()
        except TimeoutError:
            return Finding(MonitorState.DOWN, message=f"{claimed.name} did not answer in time.")
        except Exception:
            log.exception("probe_failed", monitor=claimed.key)
            return Finding(MonitorState.UNKNOWN, message="It could not be checked.")

    def _believed(
        self, claimed: Claimed, finding: Finding | None, seconds: float, *, since: Mark
    ) -> Finding | None:
        """While we were held up ourselves only what is well is sure to be so, and not how soon it answered."""
        if finding is None or not self.pulse.was_held_up(since):
            return finding
        if finding.outcome is MonitorState.UP:
            return Finding(MonitorState.UP, message=finding.message, certificate=finding.certificate)
        log.info("check_thrown_away", monitor=claimed.key, seconds=round(seconds, 2))
        return None

    async def store(self) -> None:
        """Write down what was found; what cannot be is kept for a while."""
        now = self._app.clock.now()
        self.found = {key: each for key, each in self.found.items() if now - each.at < RESULTS_KEPT}
        while batch := list(self.found.values())[:_BATCH]:
            try:
                await self._stored(batch)
            except Exception as error:
                if _passes(error):
                    raise
                log.warning("checks_not_stored", number=len(batch), error=repr(error)[:300])
                await self._store_singly(batch)
            for each in batch:
                if self.found.get(each.claimed.id) is each:
                    del self.found[each.claimed.id]

    async def _stored(self, batch: list[Check]) -> None:
        """Tried again at once where two transactions were in each other's way."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self.metrics.saw(await store_checks(self._app, batch, replica=self.replica))
            except Exception as error:
                if attempt == _ATTEMPTS or _sqlstate(error) not in _LOST:
                    raise
                await asyncio.sleep(self._app.uniform(0.02, 0.1) * attempt)
            else:
                return

    async def _store_singly(self, batch: list[Check]) -> None:
        """One that can never be stored must not keep back the others."""
        for each in batch:
            try:
                await self._stored([each])
            except Exception as error:
                if _passes(error):
                    raise
                log.exception("check_dropped", monitor=each.claimed.key)
                await self._put_off(each)

    async def _put_off(self, check: Check) -> None:
        """It is looked at when it would have been, and not at once again and again."""
        claimed, now = check.claimed, self._app.clock.now()
        due_at = now + looked_at_every(claimed.kind, claimed.interval_seconds)
        async with self._app.db.transaction() as tx:
            await Schedules(tx.session).done(self.replica, [Next(claimed.id, due_at, check.hung)])

    async def _close(self) -> None:
        """What is being looked at is left to others, who may do so at once."""
        tasks = set(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_CANCELLED_SECONDS)
        try:
            async with asyncio.timeout(_CANCELLED_SECONDS):
                if self.found:
                    await self.store()
                async with self._app.db.transaction() as tx:
                    await Schedules(tx.session).give_up(self.replica)
        except Exception as error:
            log.warning("not_handed_over", error=repr(error)[:300])
        await self._probes.aclose()


def _passes(error: Exception) -> bool:
    """Whether the same can be stored once the database is there, or has time for us."""
    return is_outage(error) or _is_in_the_way(error)


def _is_in_the_way(error: Exception) -> bool:
    return _sqlstate(error) in (*_LOST, _WAITED)


def _sqlstate(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)
