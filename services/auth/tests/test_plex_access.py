"""Access to the Plex server that goes, comes back, or cannot be found out; and accounts made ahead of the first visit.

Here the plex service is the real one, so that what plex.tv says goes the whole way.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from medianest.embedded import ServerUrls
from medianest.testing import SECRET_KEY, eventually, sandbox_on
from medianest_auth.service import SERVICE
from medianest_auth.use_cases.check_plex_access import CHECK_EVERY, LOOK_AGAIN_AFTER, TRY_AGAIN_AFTER
from medianest_common.contracts import auth
from medianest_common.contracts.auth import RevocationReason
from medianest_common.contracts.auth.plex_access import ImportPlexMembers, ListPlexCandidates, PlexImport
from medianest_common.contracts.identity import Role
from medianest_common.contracts.plex import GetServerIdentity, MemberRefused
from medianest_common.db.database import open_database
from medianest_common.db.roles import role_url
from medianest_common.errors import MediaNestError
from medianest_common.lifecycle import role_secret
from medianest_common.security.denylist import DenyList
from medianest_common.security.encryption import KeyRing
from medianest_common.testing.fake_plex import FakeAccount, FakePlex, Fault
from medianest_plex.service import SERVICE as PLEX
from services.auth.tests.conftest import (
    OWNER,
    SETUP_TOKEN,
    Household,
    PlexService,
    ShiftedClock,
    client,
)

A_MOMENT = timedelta(seconds=1)
type Settings = dict[str, Any]


@pytest.fixture
def settings() -> Settings:
    return {}


@pytest.fixture
async def home(server_urls: ServerUrls, tmp_path: Path, settings: Settings) -> AsyncIterator[Household]:
    clock = ShiftedClock()
    async with FakePlex.start(clock=clock) as fake, sandbox_on(server_urls, tmp_path, clock=clock) as sandbox:
        at = {"plex_url": fake.server_url, "plex_tv_url": fake.tv_url, "plex_token": fake.owner.token}
        await sandbox.start(PLEX, SERVICE, setup_token=SETUP_TOKEN, **(at | settings))
        db = open_database(
            role_url(sandbox.settings["database_url"], "auth", secret=role_secret(KeyRing.parse(SECRET_KEY))),
            metadata=SERVICE.metadata,  # type: ignore[arg-type]
            service="auth",
            clock=clock,
        )
        valkey = Redis.from_url(server_urls.valkey_url, socket_timeout=5)
        try:
            denied = DenyList(valkey, clock=clock)
            yield Household(sandbox, fake, PlexService(fake.machine_id), clock, db, denied)
        finally:
            await valkey.aclose()
            await db.close()


async def due(home: Household) -> timedelta:
    """How long until everybody's access is looked at next."""
    ((at,),) = await home.rows("select plex_check_due_at from installation")
    assert isinstance(at, datetime)
    return at - home.clock.now()


async def checked(home: Household, *, after: timedelta) -> None:
    """So much later, when the clock has come round to it in whichever replica leads."""
    home.clock.advance((after + A_MOMENT).total_seconds())
    await home.sandbox.stop("auth")
    await home.sandbox.start(SERVICE)

    async def looked() -> bool:
        return await due(home) > timedelta(minutes=2)

    await eventually(looked)


async def is_in(home: Household, person: auth.SignedIn) -> bool:
    """By what every gateway goes by, and by what the person does next."""
    denied = person.session_id in (await home.denied.load()).sessions
    ((revoked,),) = await home.rows(
        "select revoked_at is not null from sessions where id = :id", id=person.session_id
    )
    assert denied == revoked
    return not revoked


async def refusal(call: Any) -> MediaNestError:
    with pytest.raises(MediaNestError) as refused:
        await call
    return refused.value


async def test_attack_50_access_taken_away_is_noticed_at_the_next_check_and_sure_at_the_second(
    home: Household,
) -> None:
    account = home.plex.add_friend("frida", email="frida@example.com")
    frida, paul = (
        await home.sign_in_with_plex(account),
        await home.sign_in_with_plex(home.plex.add_friend("paul")),
    )
    home.plex.remove_access(account)

    await checked(home, after=CHECK_EVERY)
    assert await is_in(home, frida)
    assert await due(home) <= LOOK_AGAIN_AFTER

    async with home.heard(auth.SessionRevoked) as revoked:
        await checked(home, after=LOOK_AGAIN_AFTER)
        event = await revoked.next(within=1.0)
    assert (event.session_id, event.reason) == (frida.session_id, RevocationReason.ACCESS_LOST)
    assert not await is_in(home, frida)
    assert await is_in(home, paul)
    assert (await refusal(home.refresh(frida.refresh_token))).status == 401
    assert (await refusal(home.sign_in_with_plex(account))).code == "NO_SERVER_ACCESS"
    assert await home.rows("select reason from audit where action = 'session_end'") == [("access_lost",)]
    assert timedelta(hours=5) < await due(home) <= CHECK_EVERY

    account.access = "friend"
    again = await home.sign_in_with_plex(account)
    assert again.user.id == frida.user.id
    assert await is_in(home, again)


async def test_somebody_missing_once_and_back_at_the_second_look_stays(home: Household) -> None:
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    for _ in range(2):
        account.access = "none"
        await checked(home, after=CHECK_EVERY)
        account.access = "friend"
        await checked(home, after=LOOK_AGAIN_AFTER)
    assert await is_in(home, frida)


@pytest.mark.parametrize("path", ["/api/v2/user", "/api/users"])
async def test_attack_52_whatever_plex_tv_answers_nobody_is_out(home: Household, path: str) -> None:
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    gone = await home.sign_in_with_plex(away := home.plex.add_friend("gone"))
    home.plex.remove_access(away)
    faults: tuple[Fault, ...] = (
        401,
        429,
        500,
        503,
        "html",
        "malformed",
        "empty",
        "drop",
        "truncate",
        "refuse",
    )
    for fault in faults:
        home.plex.tv.fail_with(fault, path="" if fault == "refuse" else path)
        await told_of_refusal(home, away, gone)
        assert (fault, await is_in(home, gone), await is_in(home, frida)) == (fault, True, True)
        assert timedelta(minutes=4) < await due(home) <= TRY_AGAIN_AFTER
        home.plex.tv.heal()
        home.clock.advance(TRY_AGAIN_AFTER.total_seconds())
    await checked(home, after=TRY_AGAIN_AFTER)
    assert not await is_in(home, gone), "the refusal was not forgotten meanwhile"
    assert await is_in(home, frida)


async def told_of_refusal(home: Household, account: FakeAccount, person: auth.SignedIn) -> None:
    """The server has refused somebody's token; returns when that was looked into."""
    await home.change("update installation set plex_check_due_at = :at", at=home.clock.now() + CHECK_EVERY)
    await home.sandbox.emit(MemberRefused(user_id=person.user.id, plex_id=account.id))

    async def looked() -> bool:
        ((refused,),) = await home.rows(
            "select coalesce(refused_at, access_lost_at, checked_at) > :since from identities where user_id = :id",
            id=person.user.id,
            since=since,
        )
        return refused and timedelta(minutes=2) < await due(home) < CHECK_EVERY

    since = home.clock.now() - A_MOMENT
    await eventually(looked)


async def test_a_stall_of_plex_tv_ends_nothing_and_delays_nobody(home: Household) -> None:
    """Attack 52, the 30 seconds: at a refresh the answer comes first."""
    frida = await home.sign_in_with_plex(home.plex.add_friend("frida"), device_token="")
    home.plex.tv.fail_with("hang")
    home.clock.advance(timedelta(hours=23, minutes=50).total_seconds())
    asked = len(home.plex.requests)
    again = await home.refresh(frida.refresh_token, device_token=frida.device_token)
    home.clock.advance(timedelta(minutes=15).total_seconds())
    assert len(home.plex.requests) == asked, "younger than a day"

    began = home.clock.monotonic()
    again = await home.refresh(again.refresh_token, device_token=frida.device_token)
    assert home.clock.monotonic() - began < 1.0

    async def looks() -> bool:
        return len(home.plex.requests) > asked

    await eventually(looks, within=2.0)
    assert await is_in(home, again)


async def test_attack_50_at_a_refresh_after_a_day_access_is_looked_at(home: Household) -> None:
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    home.plex.remove_access(account)
    await home.change("update installation set plex_check_due_at = now() + interval '9 days'")
    home.clock.advance(timedelta(hours=24, minutes=1).total_seconds())
    frida = await home.refresh(frida.refresh_token, device_token=frida.device_token)

    async def seen_missing() -> bool:
        return await home.rows("select 1 from identities where missing_since is not null") == [(1,)]

    await eventually(seen_missing)
    await checked(home, after=LOOK_AGAIN_AFTER)
    assert not await is_in(home, frida)


async def test_a_refusal_by_the_server_and_by_plex_tv_needs_no_second_look(home: Household) -> None:
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    home.plex.remove_access(account)
    async with home.heard(auth.SessionRevoked) as revoked:
        await told_of_refusal(home, account, frida)
        assert (await revoked.next(within=1.0)).reason is RevocationReason.ACCESS_LOST
    assert not await is_in(home, frida)


async def test_a_new_password_at_plex_is_no_loss_of_access(home: Household) -> None:
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    home.plex.reset_password(account)
    await told_of_refusal(home, account, frida)
    assert await is_in(home, frida)
    assert await home.rows("select refused_at from identities") == [(None,)]


async def test_when_everybody_is_gone_at_once_it_has_to_last(home: Household) -> None:
    accounts = [home.plex.add_friend(f"friend{n}") for n in range(3)]
    friends = [await home.sign_in_with_plex(a, ip=f"10.0.0.{a.id % 200}") for a in accounts]
    for path in ("/api/users", "/api/servers"):
        home.plex.tv.say("<MediaContainer size='0'/>", path=path)
    await checked(home, after=CHECK_EVERY)
    await checked(home, after=LOOK_AGAIN_AFTER)
    assert [await is_in(home, friend) for friend in friends] == [True] * 3
    home.plex.tv.heal()
    await checked(home, after=CHECK_EVERY)
    for account in accounts:
        home.plex.remove_access(account)
    await checked(home, after=CHECK_EVERY)
    assert [await is_in(home, friend) for friend in friends] == [True] * 3
    await checked(home, after=CHECK_EVERY)
    assert [await is_in(home, friend) for friend in friends] == [False] * 3


async def test_neither_owner_is_ever_locked_out(home: Household) -> None:
    """overseerr#3057, #3968: the portal's owner has even lost the Plex account; the Plex owner is in no list."""
    owner = await home.set_up(email="boss@example.com")
    stranger = home.plex.add_friend("boss")
    boss = await home.sign_in_with_plex(stranger)
    await home.change("delete from sessions where user_id = :id", id=boss.user.id)
    await home.change(
        "update identities set user_id = :to where user_id = :id", id=boss.user.id, to=owner.user.id
    )
    with_plex = await home.sign_in_with_plex(stranger)
    assert with_plex.user.id == owner.user.id
    plex_owner = await home.sign_in_with_plex(home.plex.owner)
    home.plex.remove_access(stranger)
    await told_of_refusal_of_owner(home, stranger, owner)
    await checked(home, after=CHECK_EVERY)
    await checked(home, after=CHECK_EVERY)
    for person in (owner, with_plex, plex_owner):
        assert await is_in(home, person)
    assert (await home.sign_in("boss@example.com")).user.role is Role.OWNER
    assert (await home.sign_in_with_plex(home.plex.owner)).user.id == plex_owner.user.id


async def told_of_refusal_of_owner(home: Household, account: FakeAccount, owner: auth.SignedIn) -> None:
    await home.sandbox.emit(MemberRefused(user_id=owner.user.id, plex_id=account.id))

    async def heard() -> bool:
        return await home.rows("select 1 from identities where refused_at is not null") == [(1,)]

    await eventually(heard)


async def with_a_password(home: Household, person: auth.SignedIn, email: str) -> None:
    """As if chosen later; the owner's hash will do."""
    await home.change(
        "insert into passwords (user_id, hash, changed_at) select :id, hash, changed_at from passwords",
        id=person.user.id,
    )
    await home.change(
        "update users set email = :email, email_key = :email where id = :id", email=email, id=person.user.id
    )


async def test_who_came_with_plex_comes_in_no_other_way_without_access(home: Household) -> None:
    await home.set_up()
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    await with_a_password(home, frida, "frida@example.com")
    by_password = await home.sign_in("frida@example.com", browser="two")
    home.plex.remove_access(account)
    await told_of_refusal(home, account, frida)
    assert not await is_in(home, frida)
    assert not await is_in(home, by_password)
    refused = await refusal(home.sign_in("frida@example.com"))
    assert (refused.status, refused.code) == (403, "NO_SERVER_ACCESS")

    account.access = "friend"
    await checked(home, after=CHECK_EVERY)
    assert await is_in(home, await home.sign_in("frida@example.com", ip="192.0.2.77"))
    actions = await home.rows("select action from audit where action like 'plex_access%' order by at")
    assert actions == [("plex_access_lost",), ("plex_access_back",)]


@pytest.mark.parametrize("how", ["linked later", "invited"])
async def test_an_account_of_its_own_loses_only_what_plex_opened(home: Household, how: str) -> None:
    owner = await home.set_up()
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    await with_a_password(home, frida, "frida@example.com")
    if how == "linked later":
        await home.change("update users set created_at = created_at - interval '1 day' where role = 'user'")
    else:
        await home.change(
            "insert into invites (id, token_hash, role, created_by, created_at, expires_at, accepted_by, accepted_at)"
            " values (gen_random_uuid(), 'x', 'user', :by, now(), now(), :id, now())",
            by=owner.user.id,
            id=frida.user.id,
        )
    by_password = await home.sign_in("frida@example.com", browser="two")
    home.plex.remove_access(account)
    await told_of_refusal(home, account, frida)
    assert not await is_in(home, frida)
    assert await is_in(home, by_password)
    assert (await home.sign_in("frida@example.com", ip="192.0.2.77")).user.id == frida.user.id
    assert (await refusal(home.sign_in_with_plex(account))).code == "NO_SERVER_ACCESS"


async def test_two_replicas_ask_plex_tv_once(home: Household) -> None:
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    home.plex.requests.clear()
    async with home.second_replica():
        await checked(home, after=CHECK_EVERY)
        assert [request.path for request in home.plex.requests].count("/api/users") == 1
    ((at,),) = await home.rows("select checked_at from identities")
    assert home.clock.now() - at < timedelta(minutes=1)
    assert await is_in(home, frida)


async def imported(home: Household, admin: auth.SignedIn) -> PlexImport:
    return await home.call_as(admin, ImportPlexMembers(client=client()))


async def test_an_import_makes_accounts_that_the_first_sign_in_finds(home: Household) -> None:
    owner = await home.set_up()
    frida = home.plex.add_friend("frida", email="frida@example.com")
    home.plex.add_friend("Olivia", email=OWNER.upper())
    home.plex.add_managed_user("Kid")
    home.plex.add_friend("invited", pending=True)
    home.plex.add_stranger("mallory")
    known = await home.sign_in_with_plex(home.plex.add_friend("known"))

    found = await home.call_as(owner, ListPlexCandidates())
    assert [(c.name, c.email, str(c.kind)) for c in found.items] == [
        ("frida", "frida@example.com", "friend"),
        ("Olivia", OWNER.upper(), "friend"),
        ("Kid", None, "home"),
    ]
    assert (found.known, [(s.name, str(s.reason)) for s in found.skipped]) == (1, [("olivia", "owns_server")])
    assert await home.rows("select count(*) from users") == [(2,)]

    async with home.heard(auth.UserCreated) as created:
        first = await imported(home, owner)
        events = [await created.next() for _ in range(3)]
    assert (first.created, first.updated, first.unchanged) == (3, 0, 1)
    assert [(s.name, str(s.reason)) for s in first.skipped] == [("olivia", "owns_server")]
    assert {(e.name, e.email, str(e.role)) for e in events} == {
        ("frida", "frida@example.com", "user"),
        ("Olivia", None, "user"),
        ("Kid", None, "user"),
    }
    assert await home.rows(
        "select count(*) from sessions where user_id <> all(:ids)", ids=[owner.user.id, known.user.id]
    ) == [(0,)]

    frida.title = "Frida K."
    second = await imported(home, owner)
    assert (second.created, second.updated, second.unchanged) == (0, 1, 3)
    assert await home.rows("select count(*) from users") == [(5,)]
    arrived = await home.sign_in_with_plex(frida)
    assert arrived.user.id in {event.user_id for event in events}
    assert (arrived.user.name, arrived.user.email) == ("Frida K.", "frida@example.com")


async def test_imports_at_the_same_time_make_nobody_twice(home: Household) -> None:
    import asyncio

    owner = await home.set_up()
    for n in range(5):
        home.plex.add_friend(f"friend{n}", email="same@example.com")
    async with home.second_replica():
        both = await asyncio.gather(imported(home, owner), imported(home, owner))
    assert sum(each.created for each in both) == 5
    assert sum(each.unchanged for each in both) == 5
    assert await home.rows("select count(*), count(email) from users where role = 'user'") == [(5, 1)]


async def test_an_import_is_for_administrators_and_makes_nothing_of_half_a_list(home: Household) -> None:
    owner = await home.set_up()
    frida = await home.sign_in_with_plex(home.plex.add_friend("frida"))
    home.plex.add_friend("paul")
    for message in (ListPlexCandidates(), ImportPlexMembers(client=client())):
        assert (await refusal(home.call_as(frida, message))).status == 403
        home.plex.tv.fail_with(500, path="/api/servers")
        refused = await refusal(home.call_as(owner, message))
        assert (refused.status, refused.code) == (503, "PLEX_TV_UNAVAILABLE")
        home.plex.tv.heal()
    assert await home.rows("select count(*) from users") == [(2,)]


@pytest.mark.parametrize("settings", [{"plex_sign_up": "imported"}])
async def test_where_people_are_known_before_they_come_a_sign_in_makes_no_account(home: Household) -> None:
    owner = await home.set_up()
    frida = home.plex.add_friend("frida")
    refused = await refusal(home.sign_in_with_plex(frida))
    assert (refused.status, refused.code) == (403, "NOT_A_MEMBER")
    assert await home.rows("select count(*) from users") == [(1,)]
    await imported(home, owner)
    assert await home.sign_in_with_plex(frida)
    assert (await home.sign_in_with_plex(home.plex.owner)).user.role is Role.ADMIN


@pytest.mark.parametrize("settings", [{"plex_url": "", "plex_token": None}])
async def test_where_plex_is_not_set_up_its_sign_in_is_off(home: Household) -> None:
    """CVE-2026-27707 of Seerr: a way in that nobody had set up made accounts."""
    assert (await refusal(home.call(GetServerIdentity()))).code == "PLEX_NOT_SET_UP"
    refused = await refusal(home.start_plex(home.plex.owner))
    assert (refused.status, refused.code) == (403, "SIGN_IN_WAY_OFF")
    assert not (await home.call(auth.GetProviders())).plex
    assert not home.plex.requests


async def test_plex_that_was_set_up_once_is_off_as_well(home: Household) -> None:
    started = await home.start_plex(home.plex.add_friend("frida"))
    await home.sandbox.stop("plex")
    await home.sandbox.start(PLEX, plex_url="", plex_token=None)
    assert (await refusal(home.verify_plex(started.login_id))).code == "SIGN_IN_WAY_OFF"
    assert (await refusal(home.start_plex())).code == "SIGN_IN_WAY_OFF"
    assert await home.rows("select count(*) from users") == [(0,)]


@pytest.mark.parametrize("settings", [{"password_sign_in": "owner_only"}])
async def test_with_passwords_off_only_the_owner_has_one(home: Household) -> None:
    await home.set_up()
    frida = await home.sign_in_with_plex(home.plex.add_friend("frida"))
    await with_a_password(home, frida, "frida@example.com")
    assert not (await home.call(auth.GetProviders())).password
    right = await refusal(home.sign_in("frida@example.com"))
    unknown = await refusal(home.sign_in("nobody@example.com"))
    assert right.problem() == unknown.problem()
    assert right.code == "INVALID_CREDENTIALS"
    assert (await home.sign_in()).user.role is Role.OWNER
