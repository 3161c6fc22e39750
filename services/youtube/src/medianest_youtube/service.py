"""The only wiring of the youtube service."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from medianest_common.bus import Reach
from medianest_common.contracts.plex.arriving import (
    ArrangeCollection,
    FindFolder,
    ReleaseFromCollection,
    ShowFile,
)
from medianest_common.contracts.youtube.queue import STOP_DOWNLOAD
from medianest_common.images import AddressKeys, ImageCache
from medianest_common.service import Runtime, Service
from medianest_youtube.adapters.feeds import Feeds
from medianest_youtube.adapters.pictures import Pictures
from medianest_youtube.app import YoutubeApp
from medianest_youtube.cookies import Cookies
from medianest_youtube.handlers import handlers
from medianest_youtube.models import Base
from medianest_youtube.readiness import checks
from medianest_youtube.releases import Releases
from medianest_youtube.settings import YoutubeSettings
from medianest_youtube.staging import check_file_system
from medianest_youtube.tools import Tools, find_tools
from medianest_youtube.worker.runner import Runner, RunnerSettings
from medianest_youtube.workers import Workers


@asynccontextmanager
async def open_app(runtime: Runtime[YoutubeSettings]) -> AsyncIterator[YoutubeApp]:
    folder = runtime.settings.youtube_dir or runtime.data_dir / "youtube"
    folder.mkdir(parents=True, exist_ok=True)
    check_file_system(folder)
    tools = await find_tools()
    releases = Releases.of(runtime.data_dir)
    releases.go_back_if_outdated()
    workers = Workers(name=f"{socket.gethostname()}-{os.getpid()}", clock=runtime.clock)
    async with (
        Runner.open(_runner_settings(runtime, tools, releases)) as runner,
        Feeds.open(
            proxy=runtime.settings.youtube_proxy,
            certificates=runtime.settings.youtube_ca_file,
            clock=runtime.clock,
        ) as feeds,
        aclosing(
            Pictures(
                proxy=runtime.settings.youtube_proxy,
                certificates=runtime.settings.youtube_ca_file,
                clock=runtime.clock,
            )
        ) as pictures,
        aclosing(_image_cache(runtime)) as image_cache,
    ):
        try:
            yield YoutubeApp(
                settings=runtime.settings,
                db=runtime.db,
                bus=runtime.bus,
                cache=runtime.cache,
                valkey=runtime.valkey,
                clock=runtime.clock,
                folder=folder.resolve(),
                tools=tools,
                releases=releases,
                runner=runner,
                feeds=feeds,
                pictures=pictures,
                images=AddressKeys(runtime.keys.derive("youtube-images")),
                image_cache=image_cache,
                workers=workers,
                cookies=Cookies(runtime.db, runtime.keys.cipher("youtube-cookies")),
            )
        finally:
            await workers.leave()


def _image_cache(runtime: Runtime[YoutubeSettings]) -> ImageCache:
    most_bytes = runtime.settings.youtube_image_cache_mb << 20
    return ImageCache(runtime.data_dir / "cache" / "youtube", most_bytes=most_bytes)


def _runner_settings(runtime: Runtime[YoutubeSettings], tools: Tools, releases: Releases) -> RunnerSettings:
    settings = runtime.settings
    return RunnerSettings(
        proxy=settings.youtube_proxy or None,
        certificates=settings.youtube_ca_file,
        tools=releases.link,
        ffmpeg=tools.ffmpeg.path,
        deno=tools.runtime.path,
        cache=runtime.data_dir / "yt-dlp-cache",
    )


SERVICE = Service(
    name="youtube",
    handlers=handlers,
    open_app=open_app,
    settings=YoutubeSettings,
    reach=Reach(
        asks=(ArrangeCollection, FindFolder, ReleaseFromCollection, ShowFile),
        pushes=True,
        says=(STOP_DOWNLOAD,),
        forgets_events=True,
    ),
    metadata=Base.metadata,
    checks=checks,
)
