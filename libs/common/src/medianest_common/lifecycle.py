"""Runs services: each comes up (`coming_up.py`), is watched, and is started again when it crashes."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from medianest_common.clock import Clock, SystemClock
from medianest_common.coming_up import SERVICES, ServiceStopped, running
from medianest_common.inside import Crash
from medianest_common.own_keys import database_url_of, keyring_file, load_keys, role_secret
from medianest_common.service import Service

__all__ = [
    "RESTART_SECONDS",
    "SERVICES",
    "STOP_SECONDS",
    "ServiceStopped",
    "database_url_of",
    "keyring_file",
    "load_keys",
    "role_secret",
    "run",
    "running",
]

log = structlog.get_logger()

STOP_SECONDS = 4.0
RESTART_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


async def run(
    services: Sequence[Service],
    *,
    stop: asyncio.Event,
    overrides: dict[str, Any] | None = None,
    clock: Clock | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Run until `stop` is set. A service that crashes is restarted with back-off while the others go on.

    `ready` is called with a service's name each time it has come up.
    """
    doors = [service for service in services if service.web]
    others = [service for service in services if not service.web]
    door_stop, rest_stop = asyncio.Event(), asyncio.Event()

    def keep(service: Service, stopping: asyncio.Event) -> asyncio.Task[None]:
        work = _keep_running(service, stop=stopping, overrides=overrides or {}, clock=clock, ready=ready)
        return asyncio.create_task(work, name=service.name)

    running_doors = [keep(service, door_stop) for service in doors]
    running_rest = [keep(service, rest_stop) for service in others]
    try:
        await stop.wait()
    finally:
        for stopping, tasks in ((door_stop, running_doors), (rest_stop, running_rest)):
            stopping.set()
            if tasks:
                _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS / 2)
                for task in late:
                    log.warning("service_stopped_late", service=task.get_name())
                    task.cancel()
        await asyncio.gather(*running_doors, *running_rest, return_exceptions=True)


async def _keep_running(
    service: Service,
    *,
    stop: asyncio.Event,
    overrides: dict[str, Any],
    clock: Clock | None,
    ready: Callable[[str], None] | None,
) -> None:
    clock = clock or SystemClock()
    crashes = 0
    crash: Crash | None = None
    while not stop.is_set():
        started = asyncio.get_running_loop().time()
        try:
            async with running(service, overrides=overrides, clock=clock, after=crash) as failed:
                crash = None
                if ready:
                    ready(service.name)
                try:
                    await _first(stop.wait(), failed)
                except Exception as error:
                    # What goes wrong on the way down hides it.
                    crash = Crash.by(error, clock=clock)
                    raise
            return
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if asyncio.get_running_loop().time() - started > 60:
                crashes = 0
            # Several tries may go wrong until it is up again.
            crash = crash or Crash.by(error, clock=clock)
            wait = RESTART_SECONDS[min(crashes, len(RESTART_SECONDS) - 1)]
            crashes += 1
            trace = not isinstance(error, ServiceStopped | OSError | TimeoutError)
            log.error(
                "service_crashed", service=service.name, restart_in=wait, error=repr(error), exc_info=trace
            )
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            continue


async def _first(waiting: Any, failed: asyncio.Future[None]) -> None:
    task = asyncio.ensure_future(waiting)
    try:
        await asyncio.wait({task, failed}, return_when=asyncio.FIRST_COMPLETED)
        if failed.done():
            failed.result()
    finally:
        task.cancel()
