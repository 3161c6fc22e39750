"""What the systems around the portal have, and what they do by themselves."""

import asyncio
import random
from contextlib import suppress

from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_overseerr.numbers import MediaStatus, RequestStatus
from medianest_common.testing.fake_youtube import FakeYoutube, Video

FIRST_FILM = 950_000
FRIENDS = ("Frida", "Bert")
RADARR_SECRET = "radarrs-secret-in-its-address"
_FILMS = 10_000
_VIDEOS = 2_000


def release(overseerr: FakeOverseerr, youtube: FakeYoutube) -> None:
    """More than anybody will ask for."""
    for number in range(_FILMS * len(FRIENDS)):
        overseerr.add_movie(FIRST_FILM + number, f"Film {FIRST_FILM + number}", 2020)
    for number in range(_VIDEOS):
        youtube.add(Video(id=video_id(number), title=f"Trains {number}"))


def video_id(number: int) -> str:
    return f"ledger{number:05}"


async def fetching(overseerr: FakeOverseerr, seed: int, ends: asyncio.Event) -> None:
    """What Overseerr was told to get is there some time later."""
    chance = random.Random(f"fetching {seed}")
    while not ends.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(ends.wait(), chance.uniform(0.75, 2.25))
        waiting = [
            each.media.tmdb_id
            for each in overseerr.requests
            if each.status is RequestStatus.APPROVED and each.media.status is not MediaStatus.AVAILABLE
        ]
        if waiting:
            overseerr.set_available("movie", chance.choice(waiting))
