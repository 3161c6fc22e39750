"""The only wiring of the youtube service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from medianest_common.service import Runtime, Service
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers import handlers
from medianest_youtube.settings import YoutubeSettings


@asynccontextmanager
async def open_app(runtime: Runtime[YoutubeSettings]) -> AsyncIterator[YoutubeApp]:
    yield YoutubeApp(bus=runtime.bus, clock=runtime.clock)


SERVICE = Service(name="youtube", handlers=handlers, open_app=open_app, settings=YoutubeSettings)
