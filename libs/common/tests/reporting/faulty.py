"""A program of two services with a bug in each, as `medianest run` runs its own; ends when its input does."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from libs.common.tests.web.portal import make_portal
from medianest_common.bus import Handlers
from medianest_common.contracts.media import CountRequests, RequestCounts
from medianest_common.lifecycle import run
from medianest_common.logging import configure
from medianest_common.reporting import reporting
from medianest_common.service import Runtime, Service
from medianest_common.settings import Settings, load

media = Handlers("media")


@asynccontextmanager
async def open_app(runtime: Runtime[Settings]) -> AsyncIterator[Runtime[Settings]]:
    yield runtime


@media.rpc
async def count(query: CountRequests, app: Any) -> RequestCounts:
    spoken, word = os.environ["FAULTY_SECRETS"], os.environ["FAULTY_WORD"]
    try:
        raise ValueError(f"cannot count for {word} {spoken}")
    except ValueError as error:
        raise AttributeError(f"'NoneType' object has no attribute 'count' ({spoken})") from error


def door(app: Runtime[Settings]) -> Any:
    portal = make_portal(app.settings.valkey_url)
    portal.sign_in(os.environ["FAULTY_WORD"])
    return portal.app


async def main() -> None:
    settings = load(Settings)
    configure(settings)
    stop = asyncio.Event()
    services = [
        Service(name="media", handlers=media, open_app=open_app),
        Service(name="gateway", handlers=Handlers("gateway"), open_app=open_app, web=door),
    ]

    def ready(name: str) -> None:
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()

    async with reporting(settings):
        running = asyncio.create_task(run(services, stop=stop, ready=ready))
        await asyncio.to_thread(sys.stdin.read)
        stop.set()
        await running
    sys.stdout.write(f"sentry_sdk {'sentry_sdk' in sys.modules}\n")


asyncio.run(main())
