"""Access to the Plex server that goes, comes back, or cannot be found out; and accounts made ahead of the first visit.

Here the plex service is the real one, so that what plex.tv says goes the whole way.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import AT_ONCE, eventually, sandbox_on
from medianest_auth.app import AuthApp
from medianest_auth.service import SERVICE
from medianest_auth.settings import AuthSettings
from medianest_auth.use_cases.check_plex_access import (
    CHECK_EVERY,
    LOOK_AGAIN_AFTER,
    TRY_AGAIN_AFTER,
    check_plex_access_when_due,
)
from medianest_common.contracts import auth
from medianest_common.contracts.auth import RevocationReason
from medianest_common.contracts.auth.invites import AcceptInvite, CreateInvite
from medianest_common.contracts.auth.passwords import CreateResetLink
from medianest_common.contracts.auth.plex_access import ImportPlexMembers, ListPlexCandidates, PlexImport
from medianest_common.contracts.auth.providers import UnlinkIdentity
from medianest_common.contracts.auth.second_factor import AnswerChallenge
from medianest_common.contracts.auth.tokens import (
    CheckPersonalToken,
    CreatePersonalToken,
    NewPersonalToken,
    Vouched,
)
from medianest_common.contracts.identity import Role, Scope
from medianest_common.contracts.plex import GetServerIdentity, MemberRefused
from medianest_common.errors import MediaNestError
from medianest_common.lifecycle import running
from medianest_common.security.personal_tokens import public_id_of
from medianest_common.service import Runtime, Service
from medianest_common.testing.fake_plex import FakeAccount, FakePlex, Fault
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex.service import SERVICE as PLEX
from services.auth.tests.conftest import (
    OWNER,
    PASSWORD,
    QUICK_HASHES,
    SETUP_TOKEN,
    Household,
    PlexService,
    client,
    household_of,
)

A_MOMENT = timedelta(seconds=1)
type Settings = dict[str, Any]


@pytest.fixture
def settings() -> Settings:
    return {}


@dataclass
class Home(Household):
    """With the plex service itself, and a hand at the clock of the auth service: by itself it looks at nobody's
    access, which might come in between."""

    apps: list[AuthApp] = field(default_factory=list)
    service: Service = SERVICE

    async def check(self, *, after: timedelta) -> None:
        """What the clock does once a minute, so much later."""
        self.clock.advance((after + A_MOMENT).total_seconds())
        await check_plex_access_when_due(self.apps[-1])


@pytest.fixture
async def home(server_urls: ServerUrls, tmp_path: Path, settings: Settings) -> AsyncIterator[Home]:
    clock, apps = ShiftedClock(), list[AuthApp]()

    @asynccontextmanager
    async def opened(runtime: Runtime[AuthSettings]) -> AsyncIterator[AuthApp]:
        async with SERVICE.open_app(runtime) as app:
            apps.append(app)
            yield app

    async with FakePlex.start(clock=clock) as fake, sandbox_on(server_urls, tmp_path, clock=clock) as sandbox:
        at = {"plex_url": fake.server_url, "plex_tv_url": fake.tv_url, "plex_token": fake.owner.token}
        timers = [timer for timer in SERVICE.handlers.timers if timer.name != "plex_access_due"]
        service = replace(SERVICE, open_app=opened, handlers=replace(SERVICE.handlers, timers=timers))
        await sandbox.start(PLEX, service, setup_token=SETUP_TOKEN, **(QUICK_HASHES | at | settings))
        async with household_of(sandbox, fake, PlexService(fake.machine_id), clock=clock) as house:
            yield Home(**vars(house), apps=apps, service=service)


async def due(home: Home) -> timedelta:
    """How long until everybody's access is looked at next."""
    ((at,),) = await home.rows("select plex_check_due_at from installation")
    assert isinstance(at, datetime)
    return at - home.clock.now()


async def is_in(home: Home, person: auth.SignedIn) -> bool:
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
    home: Home,
) -> None:
    account = home.plex.add_friend("frida", email="frida@example.com")
    frida, paul = (
        await home.sign_in_with_plex(account),
        await home.sign_in_with_plex(home.plex.add_friend("paul")),
    )
    home.plex.remove_access(account)

    await home.check(after=CHECK_EVERY)
    assert await is_in(home, frida)
    assert await due(home) <= LOOK_AGAIN_AFTER

    async with home.heard(auth.SessionRevoked) as revoked:
        await home.check(after=LOOK_AGAIN_AFTER)
        event = await revoked.next(within=AT_ONCE)
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


async def test_somebody_missing_once_and_back_at_the_second_look_stays(home: Home) -> None:
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    for _ in range(2):
        account.access = "none"
        await home.check(after=CHECK_EVERY)
        account.access = "friend"
        await home.check(after=LOOK_AGAIN_AFTER)
    assert await is_in(home, frida)


FAULTS: tuple[Fault, ...] = (401, 429, 500, 503, "html", "malformed", "empty", "drop", "truncate", "refuse")


async def test_attack_52_whatever_plex_tv_answers_nobody_is_out(home: Home) -> None:
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    gone = await home.sign_in_with_plex(away := home.plex.add_friend("gone"))
    home.plex.remove_access(away)
    for path, fault in product(("/api/v2/user", "/api/users"), FAULTS):
        home.plex.tv.fail_with(fault, path="" if fault == "refuse" else path)
        with home.clock.held():
            await told_of_refusal(home, away, gone)
            assert (fault, await is_in(home, gone), await is_in(home, frida)) == (fault, True, True)
            assert timedelta(minutes=4) < await due(home) <= TRY_AGAIN_AFTER
        home.plex.tv.heal()
        home.clock.advance(TRY_AGAIN_AFTER.total_seconds())
    await home.check(after=TRY_AGAIN_AFTER)
    assert not await is_in(home, gone), "the refusal was not forgotten meanwhile"
    assert await is_in(home, frida)


async def _settled(home: Home) -> bool:
    return timedelta(minutes=2) < await due(home) <= CHECK_EVERY


async def told_of_refusal(home: Home, account: FakeAccount, person: auth.SignedIn) -> None:
    """The server has refused somebody's token; returns when that was looked into, and not while it is."""
    await home.change("update installation set plex_check_due_at = now() + interval '9 days'")
    await home.sandbox.emit(MemberRefused(user_id=person.user.id, plex_id=account.id))
    await eventually(lambda: _settled(home))


async def test_a_stall_of_plex_tv_ends_nothing_and_delays_nobody(home: Home) -> None:
    """Attack 52, the 30 seconds: at a refresh the answer comes first."""
    frida = await home.sign_in_with_plex(home.plex.add_friend("frida"), device_token="")
    await home.change("update installation set plex_check_due_at = now() + interval '9 days'")
    home.plex.tv.fail_with("hang")
    home.clock.advance(timedelta(hours=23, minutes=50).total_seconds())
    asked = _asked_of_plex_tv(home)
    again = await home.refresh(frida.refresh_token, device_token=frida.device_token)
    home.clock.advance(timedelta(minutes=15).total_seconds())
    assert _asked_of_plex_tv(home) == asked, "younger than a day"

    began = home.clock.monotonic()
    again = await home.refresh(again.refresh_token, device_token=frida.device_token)
    assert home.clock.monotonic() - began < AT_ONCE

    async def looks() -> bool:
        return _asked_of_plex_tv(home) > asked

    await eventually(looks)
    assert await is_in(home, again)


def _asked_of_plex_tv(home: Home) -> int:
    """The server itself is read all the while by the service that shows it."""
    return sum(request.server == "tv" for request in home.plex.requests)


async def test_attack_50_at_a_refresh_after_a_day_access_is_looked_at(home: Home) -> None:
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    home.plex.remove_access(account)
    await home.change("update installation set plex_check_due_at = now() + interval '9 days'")
    home.clock.advance(timedelta(hours=24, minutes=1).total_seconds())
    frida = await home.refresh(frida.refresh_token, device_token=frida.device_token)

    async def seen_missing() -> bool:
        return await home.rows("select 1 from identities where missing_since is not null") == [(1,)]

    await eventually(seen_missing)
    await eventually(lambda: _settled(home))
    await home.check(after=LOOK_AGAIN_AFTER)
    assert not await is_in(home, frida)


async def test_a_refusal_by_the_server_and_by_plex_tv_needs_no_second_look(home: Home) -> None:
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    home.plex.remove_access(account)
    async with home.heard(auth.SessionRevoked) as revoked:
        await told_of_refusal(home, account, frida)
        assert (await revoked.next(within=AT_ONCE)).reason is RevocationReason.ACCESS_LOST
    assert not await is_in(home, frida)


async def test_a_new_password_at_plex_is_no_loss_of_access(home: Home) -> None:
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    home.plex.reset_password(account)
    await told_of_refusal(home, account, frida)
    assert await is_in(home, frida)
    assert await home.rows("select refused_at from identities") == [(None,)]


async def test_when_everybody_is_gone_at_once_it_has_to_last(home: Home) -> None:
    accounts = [home.plex.add_friend(f"friend{n}") for n in range(3)]
    friends = [await home.sign_in_with_plex(a, ip=f"10.0.0.{a.id % 200}") for a in accounts]
    for path in ("/api/users", "/api/servers"):
        home.plex.tv.say("<MediaContainer size='0'/>", path=path)
    await home.check(after=CHECK_EVERY)
    await home.check(after=LOOK_AGAIN_AFTER)
    assert [await is_in(home, friend) for friend in friends] == [True] * 3
    home.plex.tv.heal()
    await home.check(after=CHECK_EVERY)
    for account in accounts:
        home.plex.remove_access(account)
    await home.check(after=CHECK_EVERY)
    assert [await is_in(home, friend) for friend in friends] == [True] * 3
    await home.check(after=CHECK_EVERY)
    assert [await is_in(home, friend) for friend in friends] == [False] * 3


async def test_neither_owner_is_ever_locked_out(home: Home) -> None:
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
    await home.check(after=CHECK_EVERY)
    await home.check(after=CHECK_EVERY)
    for person in (owner, with_plex, plex_owner):
        assert await is_in(home, person)
    assert (await home.sign_in("boss@example.com")).user.role is Role.OWNER
    assert (await home.sign_in_with_plex(home.plex.owner)).user.id == plex_owner.user.id


async def told_of_refusal_of_owner(home: Home, account: FakeAccount, owner: auth.SignedIn) -> None:
    await home.sandbox.emit(MemberRefused(user_id=owner.user.id, plex_id=account.id))

    async def heard() -> bool:
        return await home.rows("select 1 from identities where refused_at is not null") == [(1,)]

    await eventually(heard)


async def with_a_password(home: Home, person: auth.SignedIn, email: str) -> None:
    """As if chosen later; the owner's hash will do."""
    await home.change(
        "insert into passwords (user_id, hash, changed_at) select :id, hash, changed_at from passwords limit 1",
        id=person.user.id,
    )
    await home.change(
        "update users set email = :email, email_key = :email where id = :id", email=email, id=person.user.id
    )


async def vouched(home: Home, made: NewPersonalToken) -> Vouched:
    hashed = sha256(made.token.encode()).hexdigest()
    return await home.call(CheckPersonalToken(public_id=public_id_of(made.token) or "", token_hash=hashed))


async def test_who_came_with_plex_comes_in_no_other_way_without_access(home: Home) -> None:
    await home.set_up()
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    await with_a_password(home, frida, "frida@example.com")
    by_password = await home.sign_in("frida@example.com", browser="two")
    making = CreatePersonalToken(name="a script", scopes=[Scope.READ], client=client())
    token = await home.call_as(frida, making)
    assert (await vouched(home, token)).user_id == frida.user.id
    home.plex.remove_access(account)
    await told_of_refusal(home, account, frida)
    assert not await is_in(home, frida)
    assert not await is_in(home, by_password)
    assert token.id in (await home.denied.load()).sessions
    assert (await refusal(vouched(home, token))).status == 401
    refused = await refusal(home.sign_in("frida@example.com"))
    assert (refused.status, refused.code) == (403, "NO_SERVER_ACCESS")

    account.access = "friend"
    await home.check(after=CHECK_EVERY)
    assert await is_in(home, await home.sign_in("frida@example.com", ip="192.0.2.77"))
    assert (await vouched(home, token)).user_id == frida.user.id
    actions = await home.rows("select action from audit where action like 'plex_access%' order by at")
    assert actions == [("plex_access_lost",), ("plex_access_back",)]


async def test_attack_50_access_cannot_be_kept_by_unlinking_plex(home: Home) -> None:
    await home.set_up()
    frida = await home.sign_in_with_plex(home.plex.add_friend("frida"))
    await with_a_password(home, frida, "frida@example.com")
    unlinking = home.call_as(frida, UnlinkIdentity(provider="plex", client=client()))
    assert (await refusal(unlinking)).code == "ACCOUNT_HANGS_ON_PLEX"
    assert await home.rows("select count(*) from identities") == [(1,)]


async def test_attack_68_access_lost_between_two_factors_is_lost(home: Home) -> None:
    await home.set_up()
    account = home.plex.add_friend("frida")
    frida = await home.sign_in_with_plex(account)
    await home.change(
        "insert into passkeys (id, user_id, credential_id, public_key, sign_count, name, transports, backed_up,"
        " created_at) values (gen_random_uuid(), :id, 'x', 'x', 0, 'key', '[]', false, now())",
        id=frida.user.id,
    )
    started = await home.start_plex(account)
    state = await home.call(auth.VerifyPlexSignIn(login_id=started.login_id, client=client()))
    assert state.result and state.result.second_factor
    home.plex.remove_access(account)
    await told_of_refusal(home, account, frida)
    answer = AnswerChallenge(
        challenge_id=state.result.second_factor.challenge_id, code="123456", client=client()
    )
    assert (await refusal(home.call(answer))).code == "CHALLENGE_EXPIRED"


async def test_an_account_of_its_own_loses_only_what_plex_opened(home: Home) -> None:
    await home.set_up()
    email, account = "linked@example.com", home.plex.add_friend("linked")
    person = await home.sign_in_with_plex(account)
    await with_a_password(home, person, email)
    statement = "update users set created_at = created_at - interval '1 day' where id = :id"
    await home.change(statement, id=person.user.id)
    by_password = await home.sign_in(email, browser="two")
    home.plex.remove_access(account)
    await told_of_refusal(home, account, person)
    assert not await is_in(home, person)
    assert await is_in(home, by_password)
    assert (await home.sign_in(email, ip="192.0.2.77")).user.id == person.user.id
    assert (await refusal(home.sign_in_with_plex(account))).code == "NO_SERVER_ACCESS"
    await home.call_as(by_password, UnlinkIdentity(provider="plex", client=client()))


async def test_of_two_replicas_one_asks_plex_tv(home: Home) -> None:
    frida = await home.sign_in_with_plex(home.plex.add_friend("frida"))
    home.plex.requests.clear()
    home.clock.advance(CHECK_EVERY.total_seconds())
    async with running(home.service, overrides=home.sandbox.settings, clock=home.clock):
        assert len(home.apps) == 2
        await asyncio.gather(*(check_plex_access_when_due(app) for app in home.apps * 3))
    assert [request.path for request in home.plex.requests].count("/api/users") == 1
    assert await is_in(home, frida)


async def test_the_clock_looks_after_a_start(home: Home) -> None:
    await home.sign_in_with_plex(home.plex.add_friend("frida"))
    await home.sandbox.stop("auth")
    home.plex.requests.clear()
    home.clock.advance(CHECK_EVERY.total_seconds())
    await home.sandbox.start(SERVICE)

    async def looked() -> bool:
        return CHECK_EVERY * 0.8 < await due(home) <= CHECK_EVERY

    await eventually(looked)
    ((at,),) = await home.rows("select checked_at from identities")
    assert home.clock.now() - at < timedelta(minutes=1)


async def imported(home: Home, admin: auth.SignedIn) -> PlexImport:
    return await home.call_as(admin, ImportPlexMembers(client=client()))


async def test_an_import_makes_accounts_that_the_first_sign_in_finds(home: Home) -> None:
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
        ("Olivia (plex)", None, "user"),
        ("Kid", None, "user"),
    }, "nobody gets the owner's address, or looks like them"
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


async def test_imports_at_the_same_time_make_nobody_twice(home: Home) -> None:
    owner = await home.set_up()
    for n in range(5):
        home.plex.add_friend(f"friend{n}", email="same@example.com")
    async with home.second_replica():
        both = await asyncio.gather(imported(home, owner), imported(home, owner))
    assert sum(each.created for each in both) == 5
    assert sum(each.unchanged for each in both) == 5
    assert await home.rows("select count(*), count(email) from users where role = 'user'") == [(5, 1)]


async def test_an_import_is_for_administrators_and_makes_nothing_of_half_a_list(home: Home) -> None:
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
async def test_where_people_are_known_before_they_come_a_sign_in_makes_no_account(home: Home) -> None:
    owner = await home.set_up()
    frida = home.plex.add_friend("frida")
    refused = await refusal(home.sign_in_with_plex(frida))
    assert (refused.status, refused.code) == (403, "NOT_INVITED")
    assert await home.rows("select count(*) from users") == [(1,)]
    await imported(home, owner)
    assert await home.sign_in_with_plex(frida)
    assert (await home.sign_in_with_plex(home.plex.owner)).user.role is Role.ADMIN


@pytest.mark.parametrize("settings", [{"plex_url": "", "plex_token": None}])
async def test_where_plex_is_not_set_up_its_sign_in_is_off(home: Home) -> None:
    """CVE-2026-27707 of Seerr: a way in that nobody had set up made accounts."""
    assert (await refusal(home.call(GetServerIdentity()))).code == "PLEX_NOT_SET_UP"
    refused = await refusal(home.start_plex(home.plex.owner))
    assert (refused.status, refused.code) == (403, "SIGN_IN_WAY_OFF")
    assert not (await home.call(auth.GetProviders())).plex
    assert not home.plex.requests


async def test_plex_that_was_set_up_once_is_off_as_well(home: Home) -> None:
    started = await home.start_plex(home.plex.add_friend("frida"))
    await home.sandbox.stop("plex")
    await home.sandbox.start(PLEX, plex_url="", plex_token=None)
    assert (await refusal(home.verify_plex(started.login_id))).code == "SIGN_IN_WAY_OFF"
    assert (await refusal(home.start_plex())).code == "SIGN_IN_WAY_OFF"
    assert await home.rows("select count(*) from users") == [(0,)]


@pytest.mark.parametrize("settings", [{"password_sign_in": "owner_only"}])
async def test_with_passwords_off_only_the_owner_has_one(home: Home) -> None:
    owner = await home.set_up()
    frida = await home.sign_in_with_plex(home.plex.add_friend("frida"))
    await with_a_password(home, frida, "frida@example.com")
    assert not (await home.call(auth.GetProviders())).password
    right = await refusal(home.sign_in("frida@example.com"))
    unknown = await refusal(home.sign_in("nobody@example.com"))
    assert right.problem() == unknown.problem()
    assert right.code == "INVALID_CREDENTIALS"
    invited = await home.call_as(owner, CreateInvite(client=client()))
    accept = AcceptInvite(
        token=invited.url.rpartition("#")[2].rpartition("=")[2],
        name="Bert",
        email="bert@example.com",
        password=PASSWORD,
        client=client(),
    )
    for way in (accept, CreateResetLink(user_id=frida.user.id, client=client())):
        assert (await refusal(home.call_as(owner, way))).code == "SIGN_IN_WAY_OFF"
    assert await home.rows("select count(*) from users") == [(2,)]
    assert (await home.sign_in()).user.role is Role.OWNER
