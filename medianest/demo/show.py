"""`medianest demo`: everything on a throw-away data folder, filled through the front door."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import structlog

from medianest import running
from medianest.demo.household import FRIENDS, OWNER_EMAIL, OWNER_NAME, furnish, wishes
from medianest.demo.systems import stand_around
from medianest.demo.videos import publish, watch
from medianest.demo.visitor import Visitor
from medianest.installation import free_port, hindrance, read_settings
from medianest_common.clock import SystemClock
from medianest_common.logging import configure
from medianest_common.settings import PREFIX, Settings
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_plex import FakeAccount, FakePlex
from medianest_common.testing.fake_tmdb import FakeTmdb
from medianest_common.testing.fake_youtube import FakeYoutube, fake_youtube

log = structlog.get_logger()

_SECONDS = 150.0
"""As long as a slow machine may need for it."""
_OBTAINED = 2
_OF_THE_PERSON = (
    "HOST",
    "PORT",
    "BASE_URL",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "NATS_BIN",
    "POSTGRES_BIN",
    "VALKEY_BIN",
)


async def show(*, say: running.Say) -> None:
    """Until Ctrl-C; nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="medianest-demo-", ignore_cleanup_errors=True) as folder:
        async with AsyncExitStack() as stack:
            clock = SystemClock()
            plex = await stack.enter_async_context(FakePlex.start(clock=clock, owner_email=OWNER_EMAIL))
            overseerr = await stack.enter_async_context(FakeOverseerr.start(clock=clock))
            tmdb = await stack.enter_async_context(FakeTmdb.start(clock=clock))
            friends = furnish(plex, overseerr, clock=clock)
            youtube = stack.enter_context(fake_youtube(Path(folder) / "pretend-youtube"))
            publish(youtube, plex, folder=Path(folder) / "youtube")
            secret = secrets.token_hex(16)
            around = await stand_around(stack)
            around["MEDIANEST_TMDB_IMAGES_URL"] = tmdb.images_url
            settings = _pretended(
                plex, overseerr, youtube, around, webhook_secret=secret, folder=Path(folder)
            )
            configure(settings)
            overseerr.set_webhook(f"{_local(settings)}/api/v1/webhooks/overseerr", authorization=secret)

            async def fill(present: Settings) -> None:
                try:
                    await _fill(present, plex=plex, overseerr=overseerr, friends=friends, say=say)
                except Exception as error:
                    log.exception("demo_not_filled")
                    say(f"The pretend household is not complete: {error!r}. Ctrl-C ends the show.")

            await running.run((), settings=settings, say=say, when_up=fill)


def _pretended(
    plex: FakePlex,
    overseerr: FakeOverseerr,
    youtube: FakeYoutube,
    around: Mapping[str, str],
    *,
    webhook_secret: str,
    folder: Path,
) -> Settings:
    """Services read their own settings, so what is pretended is told to them where they look, and nothing else:
    a real household's servers, keys and configuration file are out of their sight."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        if name.removeprefix(PREFIX) not in _OF_THE_PERSON:
            del os.environ[name]
    os.environ |= {
        "MEDIANEST_CONFIG": str(folder / "medianest.toml"),
        "MEDIANEST_DATA_DIR": str(folder),
        "MEDIANEST_PLEX_TV_URL": plex.tv_url,
        "MEDIANEST_PLEX_APP_URL": plex.tv_url,
        "MEDIANEST_PLEX_URL": plex.server_url,
        "MEDIANEST_PLEX_TOKEN": plex.owner.token,
        "MEDIANEST_OVERSEERR_URL": overseerr.url,
        "MEDIANEST_OVERSEERR_API_KEY": overseerr.api_key,
        "MEDIANEST_OVERSEERR_WEBHOOK_SECRET": webhook_secret,
        "MEDIANEST_YOUTUBE_PROXY": youtube.proxy_url,
        "MEDIANEST_YOUTUBE_CA_FILE": str(youtube.ca_file),
        "MEDIANEST_YOUTUBE_DISK_RESERVE": "0",
        "MEDIANEST_RATE_LIMIT_SCALE": "20",
        **around,
    }
    os.environ.setdefault("MEDIANEST_LOG_LEVEL", "error")
    settings = read_settings()
    if "MEDIANEST_PORT" not in os.environ and hindrance(settings):
        os.environ["MEDIANEST_PORT"] = str(free_port(settings.host))
    return read_settings()


async def _fill(
    settings: Settings,
    *,
    plex: FakePlex,
    overseerr: FakeOverseerr,
    friends: Sequence[FakeAccount],
    say: running.Say,
) -> None:
    password = f"demo-{secrets.token_hex(6)}"
    async with AsyncExitStack() as stack:

        async def arrive() -> Visitor:
            return await stack.enter_async_context(Visitor(_local(settings)))

        owner = await arrive()
        link = running.set_up_link(settings) or ""
        token = unquote(link.partition("#token=")[2])
        await owner.set_up(setup_token=token, name=OWNER_NAME, email=OWNER_EMAIL, password=password)
        guests = [await arrive() for _ in friends]
        for guest, friend in zip(guests, friends, strict=True):
            await guest.sign_in_with_plex(plex, friend)
        say(
            f"Sign in with a password:  {OWNER_EMAIL}  {password}\n"
            f"Sign in with Plex:        as {', '.join(FRIENDS)} (POST /api/v1/auth/plex/pin, open its authUrl, choose)"
        )
        asked = [
            await guests[position % len(guests)].post("/media/request", wish)
            for position, wish in enumerate(wishes(overseerr))
        ]
        await _decide(owner, asked, overseerr=overseerr)
        await watch(owner, guests)
        await _until_shown(owner)
    say(
        f"{len(asked)} requests were made, some decided, {_OBTAINED} are there to watch; videos are being downloaded. "
        "Ctrl-C ends the show."
    )


async def _decide(owner: Visitor, asked: list[dict[str, Any]], *, overseerr: FakeOverseerr) -> None:
    """A third stays pending, one is declined, the rest is approved; of those two are obtained and one is not found."""
    undecided = [request for request in asked if request["status"] == "pending"]
    declined, *approved = undecided[len(undecided) // 3 :]
    await owner.post(f"/media/requests/{declined['id']}/decline", {"reason": "We have the other cut of it."})
    for request in approved:
        await owner.post(f"/media/requests/{request['id']}/approve")
    for request in approved[:_OBTAINED]:
        await _row_of(overseerr, request)
        overseerr.set_available(request["mediaType"], request["tmdbId"])
    overseerr.fail(await _row_of(overseerr, approved[_OBTAINED]))


async def _row_of(overseerr: FakeOverseerr, request: dict[str, Any]) -> int:
    """Its number over there, once it was sent."""
    async with asyncio.timeout(_SECONDS):
        while True:
            for row in overseerr.requests:
                if row.media.tmdb_id == request["tmdbId"] and row.kind == request["mediaType"]:
                    return row.id
            await asyncio.sleep(0.2)


async def _until_shown(owner: Visitor) -> None:
    """Word of what was obtained has come back, and the first round of probes is over."""
    async with asyncio.timeout(_SECONDS):
        while len((await owner.get("/media/requests", status="available"))["items"]) < _OBTAINED:
            await asyncio.sleep(0.2)
        while {monitor["status"] for monitor in (await owner.get("/services/status"))["items"]} != {"up"}:
            await asyncio.sleep(0.5)


def _local(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "") else settings.host  # noqa: S104
    return f"http://{host}:{settings.port}"
