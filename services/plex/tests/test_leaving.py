"""Somebody leaves: their access to the server goes, and nothing that comes late brings it back."""

from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url

from medianest.testing import eventually
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.plex import ExportUserData, UserDataErased
from services.plex.tests.household import Household


async def leave(home: Household, person: UUID) -> dict[str, int]:
    heard: list[bytes] = []

    async def arrived(message: Any) -> None:
        heard.append(message.data)

    subscription = await home.sandbox.nats.subscribe(UserDataErased.subject, cb=arrived)
    await home.sandbox.nats.flush(timeout=5)
    await home.sandbox.emit(UserDeleted(user_id=person))

    async def told() -> bool:
        return bool(heard)

    await eventually(told)
    await subscription.unsubscribe()
    return UserDataErased.model_validate_json(heard[0]).removed


async def rows(home: Household, sql: str) -> list[Any]:
    url = make_url(home.sandbox.settings["database_url"]).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False), timeout=5)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close(timeout=5)


async def test_attack_107_access_and_copies_go_with_their_person_and_stay_away(home: Household) -> None:
    account = home.plex.add_managed_user("Mia", libraries=["Movies"])
    mia = await home.signed_in(account)
    assert await home.libraries(mia) == ["Movies"]
    assert await home.newest(mia) == ["Alien", "Heat"]

    held = await home.ask(ExportUserData(), by=mia)
    [member] = held.tables["members"]
    assert (member["plexId"], member["restricted"], len(member["sections"])) == (account.id, True, 1)
    assert held.tables["copies"] and account.server_token not in held.model_dump_json()

    removed = await leave(home, mia)
    assert removed["members"] == 1 and removed["copies"] >= 1

    # The sign-in that was under way tells of them only now.
    await home.signed_in(account, user_id=mia)
    assert await rows(home, "select plex_id, server_token, sections from plex.members") == [(0, None, None)]
    assert await rows(home, f"select 1 from plex.copies where audience = '{mia.hex}'") == []
    assert await leave(home, mia) == {}, "a second time there is nothing"
    # The same Plex account as somebody new is somebody new.
    anew = await home.signed_in(account)
    assert await home.libraries(anew) == ["Movies"]
