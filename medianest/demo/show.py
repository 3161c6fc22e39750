"""`medianest demo`: everything on a throw-away data folder, filled through the front door."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import structlog

from medianest import running
from medianest.demo.household import FRIENDS, OWNER_EMAIL, OWNER_NAME, furnish, wishes
from medianest.demo.visitor import Visitor
from medianest.installation import read_settings
from medianest_common.clock import SystemClock
from medianest_common.logging import configure
from medianest_common.settings import Settings
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_plex import FakeAccount, FakePlex

log = structlog.get_logger()

_OBTAINED_SECONDS = 30.0


async def show(*, say: running.Say) -> None:
    """Until Ctrl-C; nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="medianest-demo-", ignore_cleanup_errors=True) as folder:
        async with AsyncExitStack() as stack:
            clock = SystemClock()
            plex = await stack.enter_async_context(FakePlex.start(clock=clock, owner_email=OWNER_EMAIL))
            overseerr = await stack.enter_async_context(FakeOverseerr.start(clock=clock))
            friends = furnish(plex, overseerr, clock=clock)
            secret = secrets.token_hex(16)
            _name_in_environment(plex, overseerr, webhook_secret=secret, folder=Path(folder))
            settings = read_settings()
            configure(settings)
            overseerr.set_webhook(f"{_local(settings)}/api/v1/webhooks/overseerr", authorization=secret)

            async def fill(present: Settings) -> None:
                await _fill(present, plex=plex, overseerr=overseerr, friends=friends, say=say)

            await running.run((), settings=settings, say=say, when_up=fill)


def _name_in_environment(
    plex: FakePlex, overseerr: FakeOverseerr, *, webhook_secret: str, folder: Path
) -> None:
    """Services read their own settings, so what is pretended is told to them where they look."""
    for name in ("NATS_URL", "DATABASE_URL", "VALKEY_URL"):
        os.environ.pop(f"MEDIANEST_{name}", None)
    os.environ |= {
        "MEDIANEST_DATA_DIR": str(folder),
        "MEDIANEST_PLEX_TV_URL": plex.tv_url,
        "MEDIANEST_PLEX_APP_URL": plex.tv_url,
        "MEDIANEST_PLEX_URL": plex.server_url,
        "MEDIANEST_PLEX_TOKEN": plex.server_token,
        "MEDIANEST_OVERSEERR_URL": overseerr.url,
        "MEDIANEST_OVERSEERR_API_KEY": overseerr.api_key,
        "MEDIANEST_OVERSEERR_WEBHOOK_SECRET": webhook_secret,
    }
    os.environ.setdefault("MEDIANEST_LOG_LEVEL", "warning")


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

        def arrive() -> Visitor:
            visitor = Visitor(_local(settings))
            stack.push_async_callback(visitor.leave)
            return visitor

        owner = arrive()
        link = running.set_up_link(settings) or ""
        token = unquote(link.partition("#token=")[2])
        await owner.set_up(setup_token=token, name=OWNER_NAME, email=OWNER_EMAIL, password=password)
        say(f"Sign in as the owner:  {OWNER_EMAIL}  {password}")

        guests = [arrive() for _ in friends]
        for guest, friend in zip(guests, friends, strict=True):
            await guest.sign_in_with_plex(plex, friend)
        say(f"Or with Plex, as one of: {', '.join(FRIENDS)} (the pretend plex.tv lets you choose)")

        asked = [
            await guests[position % len(guests)].post("/media/request", wish)
            for position, wish in enumerate(wishes(overseerr))
        ]
        await _decide(owner, asked, overseerr=overseerr)
        say(f"{len(asked)} requests were made and some decided. Ctrl-C ends the show.")


async def _decide(owner: Visitor, asked: list[dict[str, Any]], *, overseerr: FakeOverseerr) -> None:
    """A third stays pending, one is declined, the rest is approved; of those two are obtained at once."""
    undecided = [request for request in asked if request["status"] == "pending"]
    to_decide = undecided[len(undecided) // 3 :]
    for request in to_decide[:1]:
        await owner.post(
            f"/media/requests/{request['id']}/decline", {"reason": "We have the other cut of it."}
        )
    for request in to_decide[1:]:
        await owner.post(f"/media/requests/{request['id']}/approve")
    for request in to_decide[1:3]:
        await _until_known(overseerr, request)
        overseerr.set_available(request["mediaType"], request["tmdbId"])


async def _until_known(overseerr: FakeOverseerr, request: dict[str, Any]) -> None:
    async with asyncio.timeout(_OBTAINED_SECONDS):
        while not any(
            row.media.tmdb_id == request["tmdbId"] and row.kind == request["mediaType"]
            for row in overseerr.requests
        ):
            await asyncio.sleep(0.2)


def _local(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "") else settings.host  # noqa: S104
    return f"http://{host}:{settings.port}"
