"""Sessions: how they go on, how they end, and what a thief of a token gets out of it."""

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from medianest.testing import AT_ONCE, eventually
from medianest_auth.service import SERVICE
from medianest_common.contracts import auth
from medianest_common.contracts.auth import RevocationReason
from medianest_common.errors import MediaNestError
from services.auth.tests.conftest import CHROME, Household

_REPLICA = """
import asyncio, json, sys
from medianest_auth.service import SERVICE
from medianest_common.lifecycle import running

async def main():
    async with running(SERVICE, overrides=json.loads(sys.argv[1])):
        print("up", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def refused(call: Any) -> str:
    with pytest.raises(MediaNestError) as error:
        await call
    assert error.value.status == 401
    return error.value.code


async def successors(house: Household, session: auth.SignedIn) -> int:
    ((count,),) = await house.rows(
        "select count(*) from refresh_tokens where session_id = :id and parent_id is not null",
        id=session.session_id,
    )
    return int(count)


async def test_a_refresh_gives_a_new_pair_for_the_same_session(house: Household) -> None:
    owner = await house.set_up()
    again = await house.refresh(owner.refresh_token, device_token=owner.device_token)
    assert again.session_id == owner.session_id
    assert again.refresh_token != owner.refresh_token
    assert again.device_token == owner.device_token
    first, second = await house.claims(owner.access_token), await house.claims(again.access_token)
    assert (first.session_id, first.auth_time) == (second.session_id, second.auth_time)


async def test_attack_16_a_used_token_after_the_grace_ends_the_session_for_both(house: Household) -> None:
    owner = await house.set_up()
    other = await house.sign_in()
    victim = await house.refresh(owner.refresh_token)
    await house.change("update refresh_tokens set used_at = used_at - interval '11 seconds'")
    async with house.heard(auth.SessionRevoked) as revoked:
        assert await refused(house.refresh(owner.refresh_token)) == "TOKEN_REUSED"
        event = await revoked.next(within=AT_ONCE)
    assert (event.session_id, event.reason) == (owner.session_id, RevocationReason.REUSE)
    assert owner.session_id in (await house.denied.load()).sessions
    assert await refused(house.refresh(victim.refresh_token)) == "INVALID_REFRESH_TOKEN"
    assert await refused(house.refresh(owner.refresh_token)) == "INVALID_REFRESH_TOKEN"
    assert await house.rows("select reason from audit where action = 'session_end'") == [("reuse",)]
    assert (await house.refresh(other.refresh_token)).session_id == other.session_id


async def test_attack_16_another_browser_has_no_grace(house: Household) -> None:
    owner = await house.set_up()
    await house.refresh(owner.refresh_token)
    assert await refused(house.refresh(owner.refresh_token, user_agent=CHROME)) == "TOKEN_REUSED"
    second = await house.sign_in()
    await house.refresh(second.refresh_token)
    assert await refused(house.refresh(second.refresh_token, device_token="another")) == "TOKEN_REUSED"


async def test_attack_17_fifty_refreshes_at_once_on_two_replicas_have_one_successor(house: Household) -> None:
    owner = await house.set_up()

    async def refresh() -> auth.SignedIn:
        """A slow machine may have no time for all of them at once, and says so."""
        while True:
            try:
                return await house.refresh(owner.refresh_token)
            except MediaNestError as error:
                if error.status not in (503, 504):
                    raise
                await asyncio.sleep(0.1)

    async with house.second_replica():
        with house.clock.held():
            answers = await asyncio.gather(*(refresh() for _ in range(50)))
    assert len({answer.refresh_token for answer in answers}) == 1
    assert await successors(house, owner) == 1
    assert (await house.refresh(answers[0].refresh_token)).session_id == owner.session_id


async def test_attack_19_whoever_lost_the_answer_gets_it_again(house: Household) -> None:
    owner = await house.set_up()
    with house.clock.held():
        lost = await house.refresh(owner.refresh_token)
        house.clock.advance(5)
        assert (await house.refresh(owner.refresh_token)).refresh_token == lost.refresh_token
    assert await successors(house, owner) == 1


async def test_a_late_retry_gets_the_live_end_of_the_chain(house: Household) -> None:
    owner = await house.set_up()
    with house.clock.held():
        second = await house.refresh(owner.refresh_token)
        third = await house.refresh(second.refresh_token)
        assert (await house.refresh(owner.refresh_token)).refresh_token == third.refresh_token


@pytest.mark.parametrize(
    "remember, idle, absolute",
    [(False, timedelta(hours=24), timedelta(days=7)), (True, timedelta(days=30), timedelta(days=90))],
)
async def test_attack_20_a_session_ends_when_idle_and_at_last_in_any_case(
    house: Household, remember: bool, idle: timedelta, absolute: timedelta
) -> None:
    await house.set_up()
    left_alone = await house.sign_in(remember=remember)
    used = await house.sign_in(remember=remember)
    step = idle.total_seconds() - 60
    passed = 0.0
    token = used.refresh_token
    while passed + step < absolute.total_seconds():
        house.clock.advance(step)
        passed += step
        token = (await house.refresh(token)).refresh_token
    assert idle.total_seconds() < passed < absolute.total_seconds()
    assert await refused(house.refresh(left_alone.refresh_token)) == "INVALID_REFRESH_TOKEN"
    house.clock.advance(absolute.total_seconds() - passed)
    assert await refused(house.refresh(token)) == "INVALID_REFRESH_TOKEN"


async def test_attack_21_signing_out_is_known_everywhere_within_a_second(house: Household) -> None:
    owner = await house.set_up()
    other = await house.sign_in()
    async with house.heard(auth.SessionRevoked) as revoked:
        await house.call_as(owner, auth.EndSession())
        event = await revoked.next(within=AT_ONCE)
        assert (event.session_id, event.reason) == (owner.session_id, RevocationReason.LOGOUT)
        assert set((await house.denied.load()).sessions) == {owner.session_id}
        assert await refused(house.refresh(owner.refresh_token)) == "INVALID_REFRESH_TOKEN"
        assert await refused(house.call_as(owner, auth.GetSession())) == "UNAUTHENTICATED"
        assert (await house.call_as(other, auth.GetSession())).session.id == other.session_id
        await house.call_as(owner, auth.EndSession())
        assert revoked.more == 0


async def test_attack_21_signing_out_everywhere_ends_every_session_and_spares_the_next(
    house: Household,
) -> None:
    owner = await house.set_up()
    others = [await house.sign_in() for _ in range(3)]
    await house.call_as(owner, auth.EndSession(all_sessions=True))
    afterwards = await house.sign_in()
    denied = (await house.denied.load()).sessions
    assert set(denied) == {owner.session_id, *(other.session_id for other in others)}
    for ended in (owner, *others):
        assert await refused(house.refresh(ended.refresh_token)) == "INVALID_REFRESH_TOKEN"
    assert (await house.refresh(afterwards.refresh_token)).session_id == afterwards.session_id


async def test_attack_25_somebody_elses_session_is_not_there(house: Household) -> None:
    owner = await house.set_up()
    friend = await house.sign_in_with_plex(house.plex.add_friend("frida"))
    for not_mine in (owner.session_id, friend.user.id):
        with pytest.raises(MediaNestError) as error:
            await house.call_as(friend, auth.RevokeSession(session_id=not_mine))
        assert error.value.status == 404
    assert await house.refresh(owner.refresh_token)


async def test_a_person_sees_and_ends_the_own_sessions(house: Household) -> None:
    owner = await house.set_up()
    phone = await house.sign_in(
        user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) CriOS/142.0"
    )
    listed = (await house.call_as(owner, auth.ListSessions())).items
    assert [(s.id, s.browser, s.platform, s.current) for s in listed] == [
        (phone.session_id, "Chrome", "iOS", False),
        (owner.session_id, "Firefox", "Linux", True),
    ]
    await house.call_as(owner, auth.RevokeSession(session_id=phone.session_id))
    assert [s.id for s in (await house.call_as(owner, auth.ListSessions())).items] == [owner.session_id]
    assert await refused(house.refresh(phone.refresh_token)) == "INVALID_REFRESH_TOKEN"


async def test_attack_26_a_refresh_survives_the_death_of_the_service_in_the_middle(house: Household) -> None:
    owner = await house.set_up()
    await house.sandbox.stop("auth")
    settings = {name: str(value) for name, value in house.sandbox.settings.items()}
    replica = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _REPLICA, json.dumps(settings), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert replica.stdout
        async with asyncio.timeout(150):
            while await replica.stdout.readline() != b"up\n":
                assert not replica.stdout.at_eof()
        lost = asyncio.create_task(house.refresh(owner.refresh_token))
        while await successors(house, owner) == 0:
            assert not (lost.done() and lost.exception()), lost.exception()
    finally:
        os.kill(replica.pid, signal.SIGKILL)
        await replica.wait()
    lost.cancel()
    await house.sandbox.start(SERVICE)
    retried = await house.refresh(owner.refresh_token)
    assert await successors(house, owner) == 1
    assert (await house.refresh(retried.refresh_token)).session_id == owner.session_id


async def test_attack_27_a_wiped_cache_neither_revives_nor_ends_a_session(house: Household) -> None:
    owner = await house.set_up()
    other = await house.sign_in()
    await house.call_as(owner, auth.EndSession())
    valkey = Redis.from_url(house.sandbox.urls.valkey_url, socket_timeout=30, socket_connect_timeout=30)

    async def seen_wiped() -> bool:
        """Before the clock has put it right again."""
        await valkey.flushall()
        return not (await house.denied.load()).complete

    async def restored() -> bool:
        denied = await house.denied.load()
        return denied.complete and set(denied.sessions) == {owner.session_id}

    await eventually(seen_wiped)
    await valkey.aclose()
    await eventually(restored)
    assert await house.refresh(other.refresh_token)
    assert await refused(house.refresh(owner.refresh_token)) == "INVALID_REFRESH_TOKEN"


async def test_signing_out_works_while_valkey_is_away(house: Household) -> None:
    owner = await house.set_up()
    await house.sandbox.stop("auth")
    await house.sandbox.start(SERVICE, valkey_url="redis://127.0.0.1:1/0")
    async with house.heard(auth.SessionRevoked) as revoked:
        await house.call_as(owner, auth.EndSession())
        assert (await revoked.next(within=AT_ONCE)).session_id == owner.session_id


async def test_attack_29_the_twenty_first_session_ends_the_one_idle_for_longest(house: Household) -> None:
    owner = await house.set_up()
    idle = await house.sign_in()
    await house.refresh(owner.refresh_token)
    for _ in range(18):
        await house.sign_in()
    async with house.heard(auth.SessionRevoked) as revoked:
        await house.sign_in()
        event = await revoked.next()
    assert (event.session_id, event.reason) == (idle.session_id, RevocationReason.LIMIT)
    assert len((await house.call_as(owner, auth.ListSessions())).items) == 20


async def test_a_made_up_token_is_refused_and_harms_nobody(house: Household) -> None:
    owner = await house.set_up()
    for token in ("", "mnr_x", owner.access_token, owner.refresh_token + "x", "\ud7ff" * 80):
        assert await refused(house.refresh(token)) == "INVALID_REFRESH_TOKEN"
    assert await house.refresh(owner.refresh_token)


async def test_a_suspended_person_cannot_go_on(house: Household) -> None:
    owner = await house.set_up()
    await house.change("update users set status = 'suspended'")
    assert await refused(house.refresh(owner.refresh_token)) == "INVALID_REFRESH_TOKEN"


@pytest.mark.parametrize("seconds", [3600, -3600], ids=["forward", "back"])
async def test_a_clock_that_is_set_by_an_hour_signs_nobody_out(house: Household, seconds: float) -> None:
    person = await house.set_up()
    house.clock.set_by(seconds)
    renewed = await house.refresh(person.refresh_token)
    assert (await house.claims(renewed.access_token)).session_id == person.session_id
    # Whose answer was lost asks again with what it has.
    again = await house.refresh(person.refresh_token)
    assert again.refresh_token == renewed.refresh_token
    house.clock.set_by(-seconds)
    last = await house.refresh(renewed.refresh_token)
    assert (await house.claims(last.access_token)).session_id == person.session_id
    assert (await house.sign_in()).user.id == person.user.id
