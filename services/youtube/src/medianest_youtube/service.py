"""The only wiring of the youtube service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from medianest_common.service import Runtime, Service
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers import handlers
from medianest_youtube.models import Base
from medianest_youtube.settings import YoutubeSettings


@asynccontextmanager
async def open_app(runtime: Runtime[YoutubeSettings]) -> AsyncIterator[YoutubeApp]:
    folder = runtime.settings.youtube_dir or runtime.data_dir / "youtube"
    folder.mkdir(parents=True, exist_ok=True)
    yield YoutubeApp(
        settings=runtime.settings,
        db=runtime.db,
        bus=runtime.bus,
        cache=runtime.cache,
        valkey=runtime.valkey,
        clock=runtime.clock,
        folder=folder.resolve(),
    )


SERVICE = Service(
    name="youtube",
    handlers=handlers,
    open_app=open_app,
    settings=YoutubeSettings,
    metadata=Base.metadata,
)
