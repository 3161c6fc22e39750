"""Lists asked for and followed, as tests see them."""

from typing import Any
from uuid import UUID

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.youtube.jobs import IndexList
from services.youtube.tests.conftest import Home, Person

STANDARD = UUID("01930000-0000-7000-8000-000000000001")
LIST_ID = "PL" + "a" * 32
CHANNEL_ID = "UC" + "c" * 22


async def hold_downloads(home: Home) -> None:
    """Nothing is downloaded, so that a test sees what a list has led to and nothing else."""
    await home.change(
        "insert into queue_pauses (id, reason, since, strikes) values (:id, 'A test.', :now, 0)",
        id=uuid7(),
        now=home.clock.now(),
    )


async def ask_for_list(
    home: Home,
    person: Person,
    url: str = f"https://www.youtube.com/playlist?list={LIST_ID}",
    *,
    kind: str = "playlist",
    most: int | None = None,
    collection: str | None = None,
    profile_id: UUID = STANDARD,
) -> UUID:
    batch_id, now = uuid7(), home.clock.now()
    await home.change(
        "insert into batches (id, user_id, kind, url, profile_id, status, most, collection, queued_at, created_at)"
        " values (:id, :user_id, :kind, :url, :profile_id, 'queued', :most, :collection, :now, :now)",
        id=batch_id,
        user_id=person.id,
        kind=kind,
        url=url,
        profile_id=profile_id,
        most=most,
        collection=collection,
        now=now,
    )
    await call_reader(home)
    return batch_id


async def call_reader(home: Home) -> None:
    await home.sandbox.bus.enqueue_now(IndexList(ticket=uuid7()))


async def batch_row(home: Home, batch_id: UUID) -> dict[str, Any]:
    [(row,)] = await home.rows("select to_jsonb(b) from batches b where id = :id", id=batch_id)
    return dict(row)


async def batch_becomes(
    home: Home, batch_id: UUID, status: str = "indexed", *, within: float = 150.0
) -> dict[str, Any]:
    async def there() -> dict[str, Any]:
        row = await batch_row(home, batch_id)
        assert row["status"] == status, row
        return row

    return await eventually(there, within=within)


async def wishes(home: Home, person: Person) -> list[tuple[str, str]]:
    """Videos and their statuses, in the order in which they were asked for."""
    return await home.rows(
        "select a.video_id, a.status from downloads d join assets a on a.id = d.asset_id"
        " where d.user_id = :id and d.ended_at is null order by d.id",
        id=person.id,
    )


async def told(home: Home, key: str, value: str, having: str) -> list[dict[str, Any]]:
    """Events about this thing that have such a field, once there is one."""

    async def heard() -> list[dict[str, Any]]:
        return [event for event in home.events if event.get(key) == value and having in event]

    return await eventually(heard)
