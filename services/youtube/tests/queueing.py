"""Videos in the queue, as the intake puts them there, and what becomes of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from medianest.testing import SECRET_KEY, eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.jobs import DownloadAsset
from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_common.db import Transaction
from medianest_common.security.encryption import KeyRing
from medianest_common.testing.fake_youtube import Video
from medianest_youtube.cookies import Cookies
from services.youtube.tests.conftest import Home, Person

STANDARD = UUID("01930000-0000-7000-8000-000000000001")
"""A profile that the migration makes."""
PATIENCE = 150.0
"""Each download is several processes of yt-dlp and ffmpeg, which take their time where many others work."""
SMALL = ProfileChoices(quality="360p", embed_thumbnail=False)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Wish:
    """Of one person for one video."""

    home: Home
    id: UUID
    asset_id: UUID
    video_id: str
    user_id: UUID

    async def row(self, *columns: str) -> Any:
        [row] = await self.home.rows(
            f"select {', '.join(columns)} from assets where id = :id", id=self.asset_id
        )
        return row[0] if len(columns) == 1 else row

    async def becomes(self, *statuses: DownloadStatus, within: float = PATIENCE) -> DownloadStatus:
        async def now() -> DownloadStatus:
            status, failure, text = await self.row("status", "failure", "failure_text")
            assert status in [str(each) for each in statuses], f"{status}: {failure} {text}"
            return DownloadStatus(status)

        return await eventually(now, within=within)

    async def tried_again(self, *, after: int, within: float = PATIENCE) -> None:
        """Claimed once more than `after` times, and that attempt is over."""

        async def over() -> bool:
            epoch, status = await self.row("epoch", "status")
            return epoch > after and status not in ("queued", "downloading", "processing")

        await eventually(over, within=within)

    async def has_parts(self, *, within: float = PATIENCE) -> str:
        """The name of what has arrived of it so far, once something has."""

        async def some() -> str | None:
            for name in self.parts():
                if ".part" in name and (self.home.folder / name).stat().st_size:
                    return name
            return None

        found: str = await eventually(some, within=within)
        return found

    @property
    def staging(self) -> str:
        return f".medianest-staging/{self.asset_id.hex}/"

    def parts(self) -> list[str]:
        """What of it lies in the staging folder, but for our own notes."""
        ours = {f"{self.staging}lock", f"{self.staging}state.json"}
        return [name for name in self.home.files() if name.startswith(self.staging) and name not in ours]

    async def events(self) -> list[str]:
        """Statuses that were told, once the last one has been."""
        version = await self.row("version")

        async def told() -> list[dict[str, Any]]:
            return [e for e in self.home.events if e.get("assetId") == str(self.asset_id)]

        async def last() -> bool:
            status = await self.row("status")
            silent = status in ("waiting", "paused", "processing")
            return silent or any(event["version"] == version for event in await told())

        await eventually(last)
        return [event["status"] for event in sorted(await told(), key=lambda event: event["version"])]


async def add_profile(home: Home, choices: ProfileChoices, *, name: str | None = None) -> UUID:
    key = uuid7()
    await home.change(
        "insert into profiles (id, name, digest, choices, is_default, updated_at)"
        " values (:id, :name, :digest, cast(:choices as jsonb), false, now())",
        id=key,
        name=name,
        digest=None if name else key.hex,
        choices=choices.model_dump_json(by_alias=False),
    )
    return key


async def ask(
    home: Home,
    video: Video | str,
    *,
    person: Person | None = None,
    profile: UUID = STANDARD,
    ticket: bool = True,
    priority: bool = False,
) -> Wish:
    """Joins those who have asked for the same already."""
    person = person or home.owner
    video_id = video if isinstance(video, str) else video.id
    now = home.clock.now()
    wish = uuid7()
    await home.change(
        "insert into assets (id, video_id, profile_id, title, status, status_since, queued_at, priority, version,"
        " created_at, updated_at)"
        " values (:id, :video, :profile, :video, 'queued', :now, :now, :priority, 1, :now, :now)"
        " on conflict (video_id, profile_id) do nothing",
        id=uuid7(),
        video=video_id,
        profile=profile,
        now=now,
        priority=priority,
    )
    [(asset_id,)] = await home.rows(
        "select id from assets where video_id = :video and profile_id = :profile",
        video=video_id,
        profile=profile,
    )
    await home.change(
        "insert into downloads (id, user_id, asset_id, created_at) values (:id, :person, :asset, :now)",
        id=wish,
        person=person.id,
        asset=asset_id,
        now=now,
    )
    if ticket:
        await give_ticket(home)
    return Wish(home, wish, asset_id, video_id, person.id)


async def give_ticket(home: Home) -> None:
    await home.sandbox.bus.enqueue_now(DownloadAsset(ticket=uuid7()))


async def pause_of(home: Home, code: str, *, strikes: int = 1, within: float = PATIENCE) -> dict[str, Any]:
    """The pause of the queue, once there is one for this."""

    async def there() -> dict[str, Any] | None:
        rows = await home.rows(
            "select since, until from queue_pauses where ended_at is null and code = :code and strikes = :strikes",
            code=str(code),
            strikes=strikes,
        )
        return {"since": rows[0][0], "until": rows[0][1]} if rows else None

    found: dict[str, Any] = await eventually(there, within=within)
    return found


async def tickets_used(home: Home, *, in_hand: Transaction | None = None) -> None:
    """None is left, and nobody is about to use one. PostgreSQL ends a transaction in which nothing happens for long, so
    something does in the one that the test has in hand."""

    async def quiet() -> bool:
        if in_hand is not None:
            await in_hand.session.execute(text("select 1"))
        if await home.rows("select 1 from outbox where not_before <= now()"):
            return False
        info = await home.sandbox.bus.js.consumer_info("JOB_YOUTUBE", "youtube__download_asset")
        return not info.num_pending and not info.num_ack_pending

    await eventually(quiet)


async def set_cookies(home: Home, file: str) -> None:
    cookies = Cookies(home.db, KeyRing.parse(SECRET_KEY).cipher("youtube-cookies"))
    async with home.db.transaction() as tx:
        await cookies.keep(tx, file, now=home.clock.now())
