"""Other services hear which libraries each person sees, when it changes and only then."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.personal import NOBODY
from medianest_common.contracts.plex.access import LibraryAccessChanged
from medianest_plex.audience import SECTIONS_LAST, cell
from medianest_plex.repository import Members
from medianest_plex.use_cases.tell_access import tell_access
from services.plex.tests.indexing import Indexed, indexed

__all__ = ["indexed"]


@pytest.fixture
async def told(indexed: Indexed) -> list[LibraryAccessChanged]:
    heard: list[LibraryAccessChanged] = []

    async def hear(message: Any) -> None:
        heard.append(LibraryAccessChanged.model_validate_json(message.data))

    await indexed.sandbox.nats.subscribe(LibraryAccessChanged.subject, cb=hear)
    await indexed.sandbox.nats.flush(timeout=5)
    return heard


async def has(told: list[LibraryAccessChanged], number: int) -> None:
    async def there() -> bool:
        return len(told) >= number

    await eventually(there)


async def _machine(indexed: Indexed) -> str:
    [(machine,)] = await indexed.rows("select machine_identifier from servers")
    return str(machine)


async def _member(
    indexed: Indexed, token: str | None, *, restricted: bool = False, user_id: UUID | None = None
) -> UUID:
    user_id = user_id or uuid7()
    async with indexed.app.db.transaction() as tx:
        await Members(tx.session).remember(
            {
                "user_id": user_id,
                "plex_id": user_id.int % 10**9,
                "server_token": indexed.app.seal.seal(token, cell=cell(user_id)) if token else None,
                "restricted": restricted,
                "owns_server": False,
                "sections_checked_at": None,
                "remembered_at": indexed.clock.now(),
            }
        )
    return user_id


async def test_each_persons_libraries_are_told_once_and_again_when_they_change(
    indexed: Indexed, told: list[LibraryAccessChanged]
) -> None:
    account = indexed.plex.add_friend("fritz", libraries=["Movies"])
    fritz = await _member(indexed, account.server_token)
    machine = await _machine(indexed)

    await tell_access(indexed.app)
    await tell_access(indexed.app)
    await has(told, 2)
    of_fritz, of_nobody = sorted(told, key=lambda event: event.user_id == NOBODY)
    assert (of_fritz.user_id, of_fritz.machine_identifier) == (fritz, machine)
    assert of_fritz.library_keys is not None and len(of_fritz.library_keys) == 1
    assert (of_nobody.user_id, of_nobody.library_keys) == (NOBODY, None)

    account.libraries = ["Movies", "Grown-ups"]
    indexed.clock.advance(SECTIONS_LAST.total_seconds() + 1)
    await tell_access(indexed.app)
    await has(told, 3)
    assert told[-1].user_id == fritz
    assert len(told[-1].library_keys or []) == 2

    indexed.plex.remove_access(account)
    indexed.clock.advance(SECTIONS_LAST.total_seconds() + 1)
    await tell_access(indexed.app)
    await has(told, 4)
    assert (told[-1].user_id, told[-1].library_keys) == (fritz, [])


async def test_of_whom_plex_hides_single_titles_no_library_is_told(
    indexed: Indexed, told: list[LibraryAccessChanged]
) -> None:
    account = indexed.plex.add_friend("kim", libraries=["Movies"])
    kim = await _member(indexed, account.server_token, restricted=True)
    expected = await _member(indexed, None)

    await tell_access(indexed.app)

    await has(told, 3)
    assert {event.user_id: event.library_keys for event in told} == {kim: [], expected: [], NOBODY: None}
    assert not [request for request in indexed.plex.requests if request.token == account.server_token]


async def test_parallel_rounds_tell_each_change_once(
    indexed: Indexed, told: list[LibraryAccessChanged]
) -> None:
    people = {await _member(indexed, None) for _ in range(30)}
    indexed.app.pace.access_told_of = await _machine(indexed)

    await asyncio.gather(*(tell_access(indexed.app) for _ in range(6)))
    await has(told, 30)
    last = await _member(indexed, None)
    await tell_access(indexed.app)

    await has(told, 31)
    assert sorted(event.user_id for event in told) == sorted([*people, last])
