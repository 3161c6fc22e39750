"""Somebody leaves: what they asked for stays as nobody's, and nothing that comes late brings them back."""

from typing import Any

import pytest

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts import media
from medianest_common.contracts.auth import UserChanged
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.personal import NOBODY
from medianest_common.errors import MediaNestError
from services.media.tests.conftest import FILM, SHOW, Home, Person


async def erased(home: Home, person: Person) -> dict[str, Any]:
    """What the service says it has removed."""
    heard: list[bytes] = []

    async def arrived(message: Any) -> None:
        heard.append(message.data)

    subscription = await home.sandbox.nats.subscribe(media.UserDataErased.subject, cb=arrived)
    await home.sandbox.nats.flush(timeout=5)
    await home.sandbox.emit(UserDeleted(user_id=person.id))

    async def told() -> bool:
        return bool(heard)

    await eventually(told)
    await subscription.unsubscribe()
    event = media.UserDataErased.model_validate_json(heard[0])
    assert event.user_id == person.id
    return event.removed


async def test_attack_107_what_somebody_asked_for_stays_as_nobodys(seerr: Home) -> None:
    frida = await seerr.friend()
    await seerr.change("update people set email = 'frida@example.org' where id = :id", id=frida.id)
    wanted = await frida.request(FILM, note="Frida's birthday")
    granted = await frida.request_show(SHOW, seasons=[1])
    twin = await seerr.twin(wanted)
    await seerr.owner.call(media.ApproveRequest(id=granted.id))
    before = await seerr.owner.call(media.CountRequests())

    assert await erased(seerr, frida) == {"people": 1, "requests": 2, "request_history": 2}

    left = await seerr.becomes(wanted, RequestStatus.CANCELLED)
    assert (left.requested_by.id, left.requested_by.name) == (NOBODY, "Somebody who has left")
    assert (left.note, left.status_reason) == (None, "Whoever asked for it has left.")
    # What was granted goes on for whoever else waits for it.
    assert (await seerr.owner.sees(granted)).status is not RequestStatus.CANCELLED
    await seerr.settled()
    assert twin.id not in seerr.overseerr.state.requests
    after = await seerr.owner.call(media.CountRequests())
    assert after.total == before.total == 2
    assert await seerr.rows("select sum(n) from request_counts where user_id = :id", id=frida.id) == [(None,)]
    for table in ("people", "requests", "request_history"):
        rows = str(await seerr.rows(f"select t::text from {table} t"))
        assert "frida" not in rows.lower(), table

    async def told() -> bool:
        whose = [event["userId"] for event in seerr.events if event.get("status") == "cancelled"]
        return whose == [str(NOBODY)]

    await eventually(told)


async def test_nothing_late_brings_back_who_has_left(seerr: Home) -> None:
    frida, stranger = await seerr.friend(), Person(seerr, "Sten", Role.USER)
    assert await erased(seerr, frida) == {"people": 1}
    assert await erased(seerr, frida) == {}, "a second time there is nothing"
    assert await erased(seerr, stranger) == {}, "somebody of whom nothing was known yet"
    for person in (frida, stranger):
        late = UserChanged(
            user_id=person.id, name=person.name, email="x@example.org", role=Role.USER, plex_id=7, version=9
        )
        await seerr.sandbox.emit(late)
        # A request whose token was still good a moment ago.
        with pytest.raises(MediaNestError) as refused:
            await person.request(FILM)
        assert refused.value.status == 401
    marker = Person(seerr, "Marker", Role.USER)
    await seerr.tell_of(marker)

    async def handled() -> bool:
        info = await seerr.sandbox.bus.js.consumer_info("EVT_AUTH", "media__user_changed")
        return not info.num_pending and not info.num_ack_pending

    await eventually(handled)
    rows = await seerr.rows("select name, email, plex_id from people where erased_at is not null")
    assert rows == [("", None, None)] * 2
    assert await seerr.rows("select 1 from requests") == []


async def test_somebody_takes_along_what_they_asked_for(seerr: Home) -> None:
    frida, bert = await seerr.friend(), await seerr.friend("Bert")
    wanted = await frida.request(FILM, note="please")
    await bert.request_show(SHOW)
    held = await frida.call(media.ExportUserData())
    assert held.next_cursor is None
    assert held.tables["people"] == [
        {"name": "Frida", "email": None, "role": "user", "plexId": frida.plex_id}
    ]
    [request] = held.tables["requests"]
    assert (request["id"], request["note"], request["status"]) == (str(wanted.id), "please", "pending")
    assert [move["status"] for move in held.tables["request_history"]] == ["pending"]
    unknown = Person(seerr, "Sten", Role.USER, id=uuid7())
    assert (await unknown.call(media.ExportUserData())).tables["requests"] == []
