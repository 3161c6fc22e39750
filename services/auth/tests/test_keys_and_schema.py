"""Signing keys, the list of users, what the clock does, and the schema."""

from datetime import timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from medianest.testing import eventually
from medianest_auth.repository import Sessions, Users
from medianest_auth.service import SERVICE
from medianest_common.contracts import auth
from medianest_common.contracts.auth import people
from medianest_common.errors import MediaNestError
from services.auth.tests.conftest import Household


async def test_two_keys_are_published_and_neither_is_private(house: Household) -> None:
    keys = (await house.call(auth.GetJwks())).keys
    assert len(keys) == 2
    assert all(key["crv"] == "Ed25519" and "d" not in key for key in keys)


async def test_a_rotated_key_still_verifies_until_its_tokens_are_gone(house: Household) -> None:
    owner = await house.set_up()
    before = {key["kid"] for key in (await house.call(auth.GetJwks())).keys}
    await house.sandbox.stop("auth")
    await house.change("update signing_keys set active_since = active_since - interval '31 days'")
    async with house.heard(auth.KeysChanged) as changed:
        await house.sandbox.start(SERVICE)
        await changed.next()
    keys = {key["kid"] for key in (await house.call(auth.GetJwks())).keys}
    assert before < keys
    assert len(keys) == 3
    assert (await house.claims(owner.access_token)).user_id == owner.user.id
    signed_in = await house.sign_in()
    assert (await house.claims(signed_in.access_token)).user_id == owner.user.id
    house.clock.advance(timedelta(minutes=16).total_seconds())
    assert len((await house.call(auth.GetJwks())).keys) == 2


async def test_keys_that_cannot_be_opened_any_more_are_replaced(house: Household) -> None:
    owner = await house.set_up()
    await house.sandbox.stop("auth")
    await house.change("update signing_keys set private_sealed = private_sealed || 'A'")
    await house.sandbox.start(SERVICE)
    refreshed = await house.refresh(owner.refresh_token)
    assert (await house.claims(refreshed.access_token)).user_id == owner.user.id


async def test_the_list_of_users_is_for_administrators_and_has_pages(house: Household) -> None:
    owner = await house.set_up()
    friends = [
        await house.sign_in_with_plex(house.plex.add_friend(f"friend{n}"), ip=f"10.0.0.{n}") for n in range(4)
    ]
    with pytest.raises(MediaNestError) as refused:
        await house.call_as(friends[0], people.ListUsers())
    assert refused.value.status == 403
    seen: list[Any] = []
    cursor = None
    while True:
        page = await house.call_as(owner, people.ListUsers(limit=2, cursor=cursor))
        seen += [(user.id, user.plex_linked) for user in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [(owner.user.id, False), *((friend.user.id, True) for friend in friends)]
    with pytest.raises(MediaNestError) as nonsense:
        await house.call_as(owner, people.ListUsers(cursor="nonsense"))
    assert nonsense.value.status == 400


async def test_a_refresh_waits_for_nobody_who_acts_on_the_person(house: Household) -> None:
    """The first of a day notes that they were here, with their session in hand; whoever has their account in hand may
    want the session next."""
    house.clock.advance_to_noon()
    owner = await house.set_up()
    house.clock.advance(86_000)
    async with house.db.transaction() as tx:
        assert await Users(tx.session).get(owner.user.id, lock=True)
        await house.refresh(
            owner.refresh_token
        )  # Whoever waits is told after ten seconds that it takes too long.
        ((days,),) = await house.rows("select count(*) from active_days")
        assert await Sessions(tx.session).live_of(owner.user.id, now=house.clock.now(), lock=True)
    assert days == 2


async def test_the_clock_forgets_sealed_answers_old_sessions_and_whole_addresses(house: Household) -> None:
    owner = await house.set_up()
    await house.refresh(owner.refresh_token)
    await house.sign_in_with_plex(house.plex.add_friend("frida"))
    await house.sandbox.stop("auth")
    await house.change("update refresh_tokens set used_at = used_at - interval '8 days'")
    await house.change("update plex_sign_ins set finished_at = finished_at - interval '2 minutes'")
    await house.change("update audit_places set at = at - interval '31 days'")
    await house.change(
        "update audit_places set ip = '2001:db8:1:2::7' from audit where id = entry_id and action = 'set_up'"
    )
    await house.change(
        "insert into one_time_links (id, purpose, token_hash, user_id, created_at, expires_at) select"
        " gen_random_uuid(), 'password_reset', convert_to(age, 'utf8'), :id, now(), now() - age::interval"
        " from unnest(array['25 hours', '23 hours']) age",
        id=owner.user.id,
    )
    await house.change("update devices set last_seen_at = last_seen_at - interval '181 days'")
    await house.sandbox.start(SERVICE)

    async def forgotten() -> bool:
        assert await house.rows("select count(*) from plex_sign_ins where result_sealed is not null") == [
            (0,)
        ]
        assert await house.rows("select count(*) from refresh_tokens where used_at is not null") == [(0,)]
        assert await house.rows("select count(*) from devices") == [(0,)]
        assert await house.rows("select convert_from(token_hash, 'utf8') from one_time_links") == [
            ("23 hours",)
        ]
        networks = {network for (network,) in await house.rows("select ip from audit_places where ip <> ''")}
        assert networks == {"192.0.2.0/24", "2001:db8:1::/48"}
        return True

    await eventually(forgotten)


async def test_the_migrations_make_what_the_models_say(house: Household) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert SERVICE.metadata is not None
        return list(compare_metadata(context, SERVICE.metadata))

    async with house.db.read() as connection:
        found = await connection.run_sync(differences)
    assert [each for each in found if "alembic_version" not in repr(each)] == []
