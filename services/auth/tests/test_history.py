"""The audit log and its chain, the list of devices, one's own sign-ins, and the figures of everybody's."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from medianest.testing import SECRET_KEY, Sandbox, eventually
from medianest_auth import audit_chain
from medianest_auth.audit import Audit
from medianest_auth.audit_chain import Head
from medianest_auth.service import SERVICE
from medianest_common.bus import Context, use
from medianest_common.clock import uuid7
from medianest_common.contracts import auth
from medianest_common.contracts.auth.history import (
    AuditVerdict,
    EndOtherSessions,
    ForgetDevice,
    GetActivity,
    GetAudit,
    GetSignInFigures,
    Unusual,
    VerifyAudit,
)
from medianest_common.contracts.identity import Caller, Role
from medianest_common.db.migrate import migrate
from medianest_common.db.roles import role_url
from medianest_common.errors import MediaNestError
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing
from services.auth.tests.conftest import CHROME, FIREFOX, OWNER, PASSWORD, Household

SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.1 Mobile/15E148 Safari/604.1"
)


async def superuser(house: Household, *statements: str) -> None:
    """Whoever has the database, and no respect for triggers."""
    dsn = make_url(house.sandbox.settings["database_url"]).set(drivername="postgresql")
    connection = await asyncpg.connect(dsn.render_as_string(hide_password=False), timeout=30)
    try:
        await connection.execute("set session_replication_role = replica; set search_path = auth")
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def chained(house: Household) -> list[tuple[int, UUID, bytes]]:
    """All links, without waiting for the clock."""
    await audit_chain.extend(house.db)
    return await house.rows("select seq, entry_id, hash from audit_chain order by seq")


async def everything_is_chained(house: Household) -> bool:
    assert await house.rows("select * from audit_unchained") == []
    return True


async def verdict(house: Household, owner: auth.SignedIn, **query: Any) -> AuditVerdict:
    return await house.call_as(owner, VerifyAudit(**query))


async def refused(house: Household, password: str = "not the right one", **who: Any) -> None:
    with pytest.raises(MediaNestError):
        await house.sign_in(OWNER, password, **who)


async def test_the_service_itself_cannot_change_the_log_nor_cut_what_is_young(house: Household) -> None:
    owner = await house.set_up()
    before = await chained(house)
    for statement in (
        "update audit set reason = 'nothing to see'",
        "delete from audit",
        "truncate audit cascade",
        "update audit_chain set hash = ''",
        "delete from audit_chain",
        "truncate audit_chain",
        "insert into audit_anchor select 1, max(seq), '' from audit_chain",
        "insert into audit_anchor select 1, seq, hash from audit_chain order by seq desc limit 1",
    ):
        with pytest.raises(DBAPIError, match="only"):
            await house.change(statement)
    assert await chained(house) == before
    assert (await verdict(house, owner)).intact


async def test_a_log_that_nobody_touched_is_intact_up_to_its_head(house: Household) -> None:
    owner = await house.set_up()
    async with house.second_replica():
        friends = [house.plex.add_friend(f"friend{n}") for n in range(8)]
        comings = (house.sign_in_with_plex(friend, ip=f"10.0.0.{n}") for n, friend in enumerate(friends))
        await asyncio.gather(*comings)
        await eventually(lambda: everything_is_chained(house))
    links = await chained(house)
    assert [seq for seq, *_ in links] == list(range(1, len(links) + 1))
    entries = {entry for (entry,) in await house.rows("select id from audit")}
    assert {entry for _, entry, _ in links} == entries
    found = await verdict(house, owner)
    assert (found.intact, found.complete, found.first_broken) == (True, True, None)
    assert (found.first, found.up_to, found.head_hash) == (1, len(links), links[-1][2].hex())
    assert (await verdict(house, owner, after=found.up_to - 1)).intact
    assert (await verdict(house, owner, seq=found.up_to, hash=found.head_hash)).intact
    assert not (await verdict(house, owner, seq=found.up_to, hash="0" * 64)).intact


_SECOND = "(select entry_id from audit_chain where seq = 2)"
TAMPERING = {
    f"update audit set result = 'refused' where id = {_SECOND}": 2,
    f"update audit set user_id = null where id = {_SECOND}": 2,
    f"update audit set at = at + interval '1 microsecond' where id = {_SECOND}": 2,
    f"delete from audit where id = {_SECOND}": 2,
    "delete from audit_chain where seq = 2": 2,
    "update audit_chain set seq = case seq when 2 then 9 else 2 end where seq in (2, 3);"
    " update audit_chain set seq = 3 where seq = 9": 2,
    "update audit_chain set hash = sha256('x') where seq = 3": 3,
    "insert into audit (id, at, action, result) values (gen_random_uuid(), now(), 'sign_in', 'ok')": 5,
    "delete from audit where action = 'sign_in' and result = 'ok'": 2,
    "truncate audit": 1,
}


async def test_whatever_is_done_to_the_log_in_the_database_shows_and_where(house: Household) -> None:
    owner = await house.set_up()
    await refused(house)
    await refused(house)
    assert len(await chained(house)) == 4
    await superuser(
        house,
        "alter table audit_places drop constraint fk_audit_places_entry_id_audit",
        "create table kept as select * from audit; create table kept_chain as select * from audit_chain",
    )
    for tampering, broken in TAMPERING.items():
        await superuser(house, tampering)
        found = await verdict(house, owner)
        assert (found.intact, found.first_broken) == (False, broken), tampering
        assert found.problem
        await superuser(
            house,
            "truncate audit, audit_chain",
            "insert into audit select * from kept; insert into audit_chain select * from kept_chain",
        )
        assert (await verdict(house, owner)).intact


async def test_a_head_that_was_noted_shows_that_the_newest_entries_are_gone(house: Household) -> None:
    owner = await house.set_up()
    await refused(house)
    noted = await verdict(house, owner)
    while noted.waiting:
        noted = await verdict(house, owner)
    await superuser(
        house,
        "delete from audit where id = (select entry_id from audit_chain order by seq desc limit 1)",
        "delete from audit_chain where seq = (select max(seq) from audit_chain)",
    )
    assert (await verdict(house, owner)).intact, "what is left is whole"
    found = await verdict(house, owner, seq=noted.up_to, hash=noted.head_hash)
    assert (found.intact, found.first_broken) == (False, noted.up_to)


async def test_the_oldest_part_is_cut_off_and_the_rest_still_verifies(house: Household) -> None:
    owner = await house.set_up()
    await refused(house)
    old = await chained(house)
    house.clock.advance(timedelta(days=401).total_seconds())
    owner = await house.sign_in()
    await chained(house)
    now = house.clock.now()
    assert await audit_chain.cut(house.db, older_than=now - timedelta(days=400)) == len(old)
    assert await audit_chain.cut(house.db, older_than=now - timedelta(days=400)) == 0
    found = await verdict(house, owner)
    assert (found.intact, found.complete, found.first) == (True, True, len(old) + 1)
    assert len(await house.rows("select id from audit")) == found.up_to - len(old)
    forgotten = Head(old[0][0], old[0][2])
    assert (await verdict(house, owner, seq=forgotten.seq, hash=forgotten.hash.hex())).intact
    await superuser(house, "update audit set action = 'nothing'")
    assert (await verdict(house, owner)).first_broken == found.first


async def test_the_log_says_who_did_what_to_whom_and_has_pages(house: Household) -> None:
    owner = await house.set_up()
    friend = await house.sign_in_with_plex(house.plex.add_friend("frida"), ip="2001:db8:1:2::7")
    for _ in range(3):
        await refused(house)
    with pytest.raises(MediaNestError) as forbidden:
        await house.call_as(friend, GetAudit())
    assert forbidden.value.status == 403
    everything = (await house.call_as(owner, GetAudit(limit=100))).items
    assert [item.at for item in everything] == sorted((item.at for item in everything), reverse=True)
    came = next(item for item in everything if item.user and item.user.id == friend.user.id)
    assert came.user
    assert (came.action, came.result, came.method, came.user.name) == ("sign_in", "ok", "plex", "frida")
    assert (came.place, came.browser) == ("2001:db8:1::/48", "Firefox")
    seen: list[UUID] = []
    cursor = None
    while True:
        page = await house.call_as(owner, GetAudit(user=owner.user.id, limit=2, cursor=cursor))
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [item.id for item in everything if item.user and item.user.id == owner.user.id]
    failures = (await house.call_as(owner, GetAudit(action="sign_in", from_=came.at))).items
    assert [item.result for item in failures] == ["refused"] * 3 + ["ok"]
    assert came not in (await house.call_as(owner, GetAudit(to=came.at))).items
    await house.change("delete from users where id = :id", id=friend.user.id)
    gone = (await house.call_as(owner, GetAudit(user=friend.user.id))).items
    assert [item.user and item.user.name for item in gone] == [None]


async def test_the_list_of_devices_says_what_and_where_and_whether_it_would_be_known(
    house: Household,
) -> None:
    owner = await house.set_up()
    phone = await house.sign_in(user_agent=SAFARI, ip="198.51.100.9", remember=True)
    house.clock.advance(17 * 60)
    await house.refresh(
        phone.refresh_token, user_agent=SAFARI, ip="203.0.113.9", device_token=phone.device_token
    )
    first, second = (await house.call_as(owner, auth.ListSessions())).items
    assert (first.id, first.name, first.place) == (phone.session_id, "Safari 18 on iOS", "203.0.113.0/24")
    assert (second.id, second.name, second.place) == (
        owner.session_id,
        "Firefox 140 on Linux",
        "192.0.2.0/24",
    )
    assert (second.current, first.current) == (True, False)
    assert (first.known_device, second.known_device) == (True, True)
    assert first.last_seen_at.minute % 5 == 0
    assert (first.last_seen_at.second, first.last_seen_at.microsecond) == (0, 0)
    assert house.clock.now() - first.last_seen_at < timedelta(minutes=6)
    await house.call_as(owner, ForgetDevice(device_token=owner.device_token))
    known = {item.id: item.known_device for item in (await house.call_as(owner, auth.ListSessions())).items}
    assert known == {phone.session_id: True, owner.session_id: False}
    async with house.heard(auth.SessionStarted) as started:
        await house.sign_in(device_token=owner.device_token)
        assert (await started.next()).new_device


async def test_all_others_are_signed_out_at_once_and_their_browsers_are_strangers_again(
    house: Household,
) -> None:
    owner = await house.set_up()
    others = [await house.sign_in() for _ in range(3)]
    house.clock.advance(11 * 60)
    stale = owner.model_copy()
    with pytest.raises(MediaNestError) as asked:
        await call_as_of(house, stale, EndOtherSessions(), signed_in_before=timedelta(minutes=11))
    assert (asked.value.status, asked.value.code) == (403, "REAUTH_REQUIRED")
    await house.call_as(owner, EndOtherSessions())
    assert [s.id for s in (await house.call_as(owner, auth.ListSessions())).items] == [owner.session_id]
    denied = (await house.denied.load()).sessions
    assert {other.session_id for other in others} <= set(denied)
    async with house.heard(auth.SessionStarted) as started:
        await house.sign_in(device_token=others[0].device_token)
        assert (await started.next()).new_device
        await house.sign_in(device_token=owner.device_token)
        assert not (await started.next()).new_device


async def call_as_of(
    house: Household, person: auth.SignedIn, message: Any, *, signed_in_before: timedelta
) -> Any:
    caller = Caller(
        user_id=person.user.id,
        session_id=person.session_id,
        role=person.user.role,
        name=person.user.name,
        auth_time=house.clock.now() - signed_in_before,
    )
    with use(Context(correlation_id=str(uuid7()), caller=caller)):
        return await house.call(message)


async def test_a_browser_that_lost_its_device_cookie_is_known_again_only_where_it_was(
    house: Household,
) -> None:
    owner = await house.set_up()
    there = await house.refresh(owner.refresh_token, device_token="")
    assert there.device_token not in ("", owner.device_token)
    async with house.heard(auth.SessionStarted) as started:
        await house.sign_in(device_token=there.device_token)
        assert not (await started.next()).new_device
    elsewhere = await house.refresh(there.refresh_token, device_token="", ip="203.0.113.5")
    assert elsewhere.device_token == "", "a thief has no device token either"
    other = await house.refresh(elsewhere.refresh_token, device_token="", ip="203.0.113.5", user_agent=CHROME)
    assert other.device_token == ""


async def test_another_browser_in_the_same_session_has_to_prove_itself_before_anything_sensitive(
    house: Household,
) -> None:
    owner = await house.set_up()
    same = await house.claims((await house.refresh(owner.refresh_token)).access_token)
    assert house.clock.now() - same.auth_time < timedelta(minutes=1)
    second = await house.sign_in()
    updated = await house.refresh(second.refresh_token, user_agent=FIREFOX.replace("140", "141"))
    assert house.clock.now() - (await house.claims(updated.access_token)).auth_time < timedelta(minutes=1)
    moved = await house.claims((await house.refresh(updated.refresh_token, user_agent=CHROME)).access_token)
    assert house.clock.now() - moved.auth_time > timedelta(minutes=10)
    assert await house.rows("select session_id from audit where action = 'session_moved'") == [
        (second.session_id,)
    ]


async def test_a_session_is_renewed_ten_times_a_minute_at_most(house: Household) -> None:
    owner = await house.set_up()
    token = owner.refresh_token
    with house.clock.held():
        for _ in range(10):
            token = (await house.refresh(token, device_token=owner.device_token)).refresh_token
        with pytest.raises(MediaNestError) as refusal:
            await house.refresh(token, device_token=owner.device_token)
    assert (refusal.value.status, refusal.value.code) == (429, "TOO_MANY_ATTEMPTS")
    assert 50 < (refusal.value.retry_after or 0) <= 60
    house.clock.advance(60)
    assert await house.refresh(token, device_token=owner.device_token)


async def test_what_stands_out_about_a_sign_in_is_said_in_words(house: Household) -> None:
    owner = await house.set_up()
    await house.sign_in(device_token=owner.device_token)
    for n in range(5):
        await refused(house, ip=f"198.51.100.{n}")
        house.clock.advance(1)
    await house.sign_in(ip="203.0.113.7", device_token=owner.device_token, user_agent=SAFARI)
    house.clock.advance(1)
    await house.sign_in(ip="203.0.113.8")
    found = await house.call_as(owner, GetActivity())
    assert [[reason.code for reason in seen.unusual] for seen in found.unusual] == [
        [Unusual.NEW_DEVICE],
        [Unusual.NEW_NETWORK, Unusual.AFTER_FAILURES],
    ]
    assert all(reason.text.endswith(".") for seen in found.unusual for reason in seen.unusual)
    assert (found.unusual[1].browser, found.unusual[1].place) == ("Safari", "203.0.113.0/24")
    assert [seen.result for seen in found.recent] == ["ok"] * 2 + ["refused"] * 5 + ["ok"] * 2


async def test_people_see_their_own_sign_ins_over_time_and_nobody_elses(house: Household) -> None:
    house.clock.advance_to_noon(ZoneInfo("Pacific/Auckland"))
    owner = await house.set_up()
    await house.change("update users set time_zone = 'Pacific/Auckland'")
    friend = await house.sign_in_with_plex(house.plex.add_friend("frida"))
    house.clock.advance(timedelta(days=1).total_seconds())
    await refused(house)
    owner = await house.sign_in(device_token=owner.device_token)
    found = await house.call_as(owner, GetActivity(days=14))
    assert (len(found.per_day), found.time_zone) == (14, "Pacific/Auckland")
    assert [(day.signed_in, day.refused) for day in found.per_day[-3:]] == [(0, 0), (1, 0), (1, 1)]
    assert sum(week.signed_in for week in found.per_week) == 2
    assert all(week.from_day.weekday() == 0 for week in found.per_week)
    assert [(way.method, way.signed_in) for way in found.methods] == [("password", 2)]
    assert [(session.id, session.current) for session in found.sessions] == [(owner.session_id, True)]
    theirs = await house.call_as(friend, GetActivity())
    assert [(way.method, way.signed_in) for way in theirs.methods] == [("plex", 1)]
    house.clock.advance(timedelta(days=181).total_seconds())
    assert (await house.call_as(owner, GetActivity())).recent == []


async def test_administrators_see_figures_of_real_days(house: Household) -> None:
    house.clock.advance_to_noon()
    owner = await house.set_up()
    friend = await house.sign_in_with_plex(house.plex.add_friend("frida"))
    with house.clock.held():  # The sixth is refused unseen, for a second.
        for n in range(6):
            await refused(house, ip=f"198.51.100.{n}")
    with pytest.raises(MediaNestError) as forbidden:
        await house.call_as(friend, GetSignInFigures())
    assert forbidden.value.status == 403
    today = await house.call_as(owner, GetSignInFigures(days=2))
    assert (today.active_users.day, today.active_users.week, today.active_users.month) == (2, 2, 2)
    assert today.methods == {"password": 1, "plex": 1}
    assert today.failures == {"wrong_password": 5}
    assert today.sessions_live == 2
    assert today.locked_out
    assert (today.locked_out.accounts, today.locked_out.networks) == (1, 0)
    house.clock.advance(timedelta(days=1).total_seconds())
    await house.sandbox.stop("auth")
    await house.sandbox.start(SERVICE)

    async def counted() -> bool:
        return len(await house.rows("select 1 from sign_in_days where measure = 'refused'")) == 1

    await eventually(counted)
    await house.refresh(friend.refresh_token)
    later = await house.call_as(owner, GetSignInFigures(days=2))
    yesterday, now = later.per_day
    assert yesterday == today.per_day[-1]
    assert (now.active_users, now.signed_in, now.refused) == (1, 0, 0)
    assert (later.active_users.day, later.active_users.week) == (1, 2)
    assert later.locked_out
    assert later.locked_out.accounts == 0
    assert later.failures == {"wrong_password": 5}


async def test_a_right_password_opens_a_counter_that_was_full(house: Household) -> None:
    owner = await house.set_up()
    for n in range(5):
        await refused(house, ip=f"198.51.100.{n}")
    house.clock.advance(2)
    await house.sign_in(OWNER, PASSWORD)
    figures = await house.call_as(owner, GetSignInFigures())
    assert figures.locked_out
    assert figures.locked_out.accounts == 0


async def test_a_try_that_ends_after_its_account_is_gone_is_nobodys(house: Household) -> None:
    owner = await house.set_up()
    gone = uuid7()
    async with house.db.transaction() as tx:
        Audit(house.clock).record(tx, "sign_in", result="refused", method="password", user_id=gone)
    rows = await house.rows("select user_id from sign_ins order by at")
    assert rows == [(owner.user.id,), (None,)]
    assert await house.rows("select count(*) from audit where user_id = :id", id=gone) == [(1,)]


async def test_what_was_recorded_by_an_earlier_version_is_chained_and_shown(sandbox: Sandbox) -> None:
    secret, url = role_secret(KeyRing.parse(SECRET_KEY)), sandbox.settings["database_url"]
    await sandbox.create_database()
    await migrate([SERVICE], admin_url=url, secret=secret, revision="0001")
    person = uuid7()
    dsn = make_url(role_url(url, "auth", secret=secret)).render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=30)
    try:
        await connection.execute(
            "insert into users values ($1, 'Olivia', null, null, 'owner', 'active', null, 1, 1, now())",
            person,
        )
        await connection.execute(
            "insert into audit values (gen_random_uuid(), now(), 'sign_in', 'ok', null, 'password', $1, null,"
            " '192.0.2.10', 'Firefox')",
            person,
        )
        await sandbox.start(SERVICE)
        with sandbox.as_user(role=Role.OWNER, user_id=person):

            async def shown() -> bool:
                found = await sandbox.bus.call(VerifyAudit())
                return found.up_to == 1 and found.intact

            await eventually(shown)
            (entry,) = (await sandbox.bus.call(GetAudit())).items
            assert (entry.place, entry.browser) == ("192.0.2.0/24", "Firefox")
            (seen,) = (await sandbox.bus.call(GetActivity())).recent
            assert (seen.place, seen.method) == ("192.0.2.0/24", "password")
    finally:
        await connection.close()
