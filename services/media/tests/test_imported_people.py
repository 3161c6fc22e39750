"""People who are known from an import only are listed, and erased for good, by administrators."""

import asyncio
from uuid import UUID

import pytest

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts import media
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.importing import (
    EraseImportedPerson,
    FindingKind,
    ImportedPerson,
    ImportedPersonErased,
    ListImportedPeople,
    Outcome,
)
from medianest_common.contracts.personal import NOBODY
from medianest_common.errors import RemoteError
from services.media.tests.conftest import SHOW, Home, Person
from services.media.tests.test_importing import filed_before, findings, imported, user_of

URSULA = 777


async def strangers(home: Home) -> dict[str, ImportedPerson]:
    return {each.name: each for each in (await home.owner.call(ListImportedPeople())).items}


async def with_strangers(home: Home) -> None:
    """Frida has an account; Ursula has a Plex account and Lokal has none."""
    filed_before(home, user_of(home, await home.friend()), 1_001)
    ursula = home.overseerr.add_user(plex_id=URSULA, email="u@example.org", username="Ursula")
    filed_before(home, ursula, status=1, here=2)
    filed_before(home, ursula, SHOW, kind="tv", seasons=(1,), status=3, here=1, modified_by=ursula)
    local = home.overseerr.add_user(plex_id=None, email="l@example.org", username="Lokal")
    filed_before(home, local, 1_002, status=2, here=3)
    await imported(home)


async def refused(home: Home, person_id: UUID, *, by: Person | None = None) -> int:
    with pytest.raises(RemoteError) as error:
        await (by or home.owner).call(EraseImportedPerson(id=person_id))
    return error.value.status


async def test_those_without_an_account_are_listed_and_nobody_else(seerr: Home) -> None:
    await with_strangers(seerr)
    listed = await strangers(seerr)
    assert {(each.name, each.has_plex, each.requests) for each in listed.values()} == {
        ("Ursula", True, 2), ("Lokal", False, 1)
    }  # fmt: skip
    first = await seerr.owner.call(ListImportedPeople(limit=1))
    rest = await seerr.owner.call(ListImportedPeople(limit=1, cursor=first.next_cursor))
    assert rest.next_cursor is None
    assert {each.id for each in [*first.items, *rest.items]} == {each.id for each in listed.values()}
    await seerr.tell_of(Person(seerr, "Uschi", Role.USER, plex_id=URSULA))
    assert set(await strangers(seerr)) == {"Lokal"}


async def test_who_is_erased_leaves_no_trace_and_no_import_brings_them_back(home: Home) -> None:
    await with_strangers(home)
    known = await strangers(home)
    for person in known.values():
        await home.owner.call(EraseImportedPerson(id=person.id))

    assert await strangers(home) == {}
    again = await imported(home)

    assert again.counts.people[Outcome.LEFT] == 2 and again.counts.requests[Outcome.NEW] == 0
    assert await strangers(home) == {}
    rows = await home.rows("select user_id from requests where tmdb_id <> 1001")
    assert rows == [(NOBODY,)] * 3
    for table in ("people", "requests", "request_history", "import_findings", "request_counts"):
        kept = str(await home.rows(f"select r::text from {table} r"))
        assert not [trace for trace in ("Ursula", "Lokal", str(known["Ursula"].id)) if trace in kept], table
    people = await findings(home, again, FindingKind.PERSON)
    assert [each.name for each in people if each.outcome is Outcome.MATCHED] == ["Frida"]


async def test_what_nobody_has_decided_is_cancelled_and_the_counts_stay_right(seerr: Home) -> None:
    await with_strangers(seerr)
    await seerr.owner.call(EraseImportedPerson(id=(await strangers(seerr))["Ursula"].id))
    listed = (await seerr.owner.call(media.ListRequests(limit=100))).items
    assert {each.tmdb_id: each.status for each in listed} == {
        1_001: RequestStatus.PROCESSING,
        603: RequestStatus.CANCELLED,
        SHOW: RequestStatus.DECLINED,
        1_002: RequestStatus.PROCESSING,
    }
    counts = await seerr.owner.call(media.CountRequests())
    assert (counts.total, counts.pending) == (4, 0)

    later = Person(seerr, "Uschi", Role.USER, plex_id=URSULA)
    await seerr.tell_of(later)
    assert (await later.call(media.ListRequests())).items == []


async def test_only_administrators_erase_only_who_has_no_account_and_only_once(seerr: Home) -> None:
    await with_strangers(seerr)
    ursula = (await strangers(seerr))["Ursula"].id
    frida = await seerr.friend("Franz")
    assert await refused(seerr, ursula, by=frida) == 403
    with pytest.raises(RemoteError) as error:
        await frida.call(ListImportedPeople())
    assert error.value.status == 403
    assert [await refused(seerr, other) for other in (frida.id, seerr.owner.id, uuid7())] == [404] * 3

    outcomes = await asyncio.gather(
        *(seerr.owner.call(EraseImportedPerson(id=ursula)) for _ in range(4)), return_exceptions=True
    )
    done = [each for each in outcomes if isinstance(each, Nothing)]
    lost = [each.status for each in outcomes if isinstance(each, RemoteError)]
    assert len(done) == 1 and lost == [404] * 3

    def heard() -> list[ImportedPersonErased]:
        return [ImportedPersonErased.model_validate(event) for event in seerr.events if "keptAs" in event]

    async def told() -> bool:
        return [event.actor_id for event in heard()] == [seerr.owner.id]

    await eventually(told)
    assert ursula not in [event.kept_as for event in heard()]


async def test_while_an_import_runs_nobody_is_erased(seerr: Home) -> None:
    await with_strangers(seerr)
    ursula = (await strangers(seerr))["Ursula"].id
    await seerr.change(
        "update imports set state = 'running', finished_at = null, updated_at = now() + interval '1 day'"
    )
    assert await refused(seerr, ursula) == 409
    await seerr.change("update imports set state = 'done', finished_at = now()")
    await seerr.owner.call(EraseImportedPerson(id=ursula))
