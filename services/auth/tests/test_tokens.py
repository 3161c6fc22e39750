"""Personal tokens: who may make, see and end them, and what auth vouches for. Numbers are those of the auth design."""

import asyncio
import string
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from medianest.testing import eventually
from medianest_auth.service import SERVICE
from medianest_common.bus import Context, use
from medianest_common.clock import uuid7
from medianest_common.contracts import auth
from medianest_common.contracts.auth import invites, tokens
from medianest_common.contracts.identity import Caller, Role, Scope
from medianest_common.errors import MediaNestError
from medianest_common.security.personal_tokens import public_id_of
from services.auth.tests.conftest import Household, client

DAY = 86_400


async def _make(house: Household, by: auth.SignedIn, **changes: Any) -> tokens.NewPersonalToken:
    values: dict[str, Any] = {"name": "a script", "scopes": [Scope.READ], "client": client()} | changes
    return await house.call_as(by, tokens.CreatePersonalToken(**values))


async def _check(house: Household, token: str) -> tokens.Vouched:
    public_id = public_id_of(token)
    assert public_id
    hashed = sha256(token.encode()).hexdigest()
    return await house.call(tokens.CheckPersonalToken(public_id=public_id, token_hash=hashed))


async def _refusal(awaitable: Any) -> tuple[int, str]:
    with pytest.raises(MediaNestError) as refused:
        await awaitable
    return int(refused.value.status), refused.value.code


def _revoking(token_id: UUID, user_id: UUID | None = None) -> tokens.RevokePersonalToken:
    return tokens.RevokePersonalToken(token_id=token_id, user_id=user_id, client=client())


@contextmanager
def _by_token(person: auth.SignedIn, made: tokens.NewPersonalToken) -> Iterator[None]:
    """As the gateway calls for somebody who shows this token."""
    caller = Caller(
        user_id=person.user.id,
        session_id=made.id,
        role=person.user.role,
        name=person.user.name,
        auth_time=made.created_at,
        scopes=frozenset(Scope),
    )
    with use(Context(correlation_id=str(uuid7()), caller=caller)):
        yield


async def test_a_token_is_shown_once_kept_as_a_hash_and_vouched_for_with_its_scopes(
    house: Household,
) -> None:
    owner = await house.set_up()
    made = await _make(house, owner, scopes=[Scope.REQUEST, Scope.READ, Scope.READ], expires_in_days=7)
    assert made.token.startswith(f"{made.hint}_") and made.hint.startswith("mnp_")
    assert made.scopes == [Scope.READ, Scope.REQUEST]
    vouched = await _check(house, made.token)
    assert (vouched.user_id, vouched.session_id, vouched.role) == (owner.user.id, made.id, Role.OWNER)
    assert vouched.scopes == frozenset({Scope.READ, Scope.REQUEST})
    [listed] = (await house.call_as(owner, tokens.ListPersonalTokens())).items
    assert listed == tokens.PersonalToken(**made.model_dump(exclude={"token"}, by_alias=False))
    assert made.token not in str(await house.rows("select * from personal_tokens"))
    assert made.token not in str(await house.rows("select * from audit"))


async def test_every_typing_error_and_every_cut_is_noticed_without_asking(house: Household) -> None:
    token = (await _make(house, await house.set_up())).token
    other = {c: next(o for o in string.ascii_lowercase if o != c) for c in set(token)}
    wrong = [token[:n] + other[c] + token[n + 1 :] for n, c in enumerate(token)]
    wrong += [token[:-1], token + "a", token + "\n", token.upper(), token.replace("mnp_", "mnr_"), "mnp_", ""]
    assert [each for each in wrong if public_id_of(each)] == []


async def test_attack_73_what_is_over_is_over(house: Household) -> None:
    """Expired, revoked, of somebody suspended or deleted, or with another's secret: one answer."""
    owner = await house.set_up()
    friend = await house.sign_in_with_plex(house.plex.add_friend("frida"))
    expired = await _make(house, owner, name="one", expires_in_days=1)
    revoked = await _make(house, owner, name="two")
    theirs = await _make(house, friend)
    await house.call_as(owner, _revoking(revoked.id))
    house.clock.advance(DAY + 1)
    refused = {await _refusal(_check(house, each.token)) for each in (expired, revoked)}
    mixed = tokens.CheckPersonalToken(
        public_id=theirs.hint.removeprefix("mnp_"), token_hash=sha256(revoked.token.encode()).hexdigest()
    )
    refused.add(await _refusal(house.call(mixed)))
    assert await _check(house, theirs.token)
    await house.change("update users set status = 'suspended' where id = :id", id=friend.user.id)
    refused.add(await _refusal(_check(house, theirs.token)))
    await house.change("delete from users where id = :id", id=friend.user.id)
    refused.add(await _refusal(_check(house, theirs.token)))
    assert refused == {(401, "INVALID_PERSONAL_TOKEN")}


async def test_attack_73_a_token_is_never_more_than_its_owner_is_now(house: Household) -> None:
    await house.set_up()
    friend = await house.sign_in_with_plex(house.plex.add_friend("frida"))
    assert (await _refusal(_make(house, friend, scopes=[Scope.READ, Scope.ADMIN])))[0] == 422
    await house.change("update users set role = 'admin' where id = :id", id=friend.user.id)
    made = await _make(house, friend, scopes=[Scope.READ, Scope.ADMIN])
    assert (await _check(house, made.token)).role is Role.ADMIN
    await house.change("update users set role = 'user' where id = :id", id=friend.user.id)
    assert (await _check(house, made.token)).role is Role.USER


async def test_attack_73_with_a_token_nobody_makes_sees_or_ends_tokens_or_sessions(house: Household) -> None:
    owner = await house.set_up()
    made = await _make(house, owner, scopes=list(Scope))
    with _by_token(owner, made):
        for message in (
            tokens.CreatePersonalToken(name="more", scopes=[Scope.ADMIN], client=client()),
            tokens.ListPersonalTokens(),
            tokens.ListPersonalTokens(user_id=owner.user.id),
            _revoking(made.id),
            _revoking(made.id, owner.user.id),
            auth.EndSession(all_sessions=True),
            auth.RevokeSession(session_id=owner.session_id),
            auth.ListSessions(),
            auth.GetSession(),
        ):
            assert await _refusal(house.call(message)) == (403, "FORBIDDEN"), type(message)
    assert (await house.refresh(owner.refresh_token)).user.id == owner.user.id


async def test_a_token_takes_a_fresh_sign_in_and_an_own_name_and_there_are_twenty_at_most(
    house: Household,
) -> None:
    owner = await house.set_up()
    await _make(house, owner, name="the first")
    assert await _refusal(_make(house, owner, name=" the\u200b first ")) == (409, "TOKEN_NAME_TAKEN")
    outcomes = await asyncio.gather(
        *(_make(house, owner, name=f"number {n}") for n in range(25)), return_exceptions=True
    )
    assert sum(isinstance(each, tokens.NewPersonalToken) for each in outcomes) == 19
    refused = {each.code for each in outcomes if isinstance(each, MediaNestError)}
    assert refused == {"TOO_MANY_TOKENS"}
    listed = (await house.call_as(owner, tokens.ListPersonalTokens())).items
    await house.call_as(owner, _revoking(listed[-1].id))
    assert await _make(house, owner, name="the first"), "a name is free again"
    stale = Caller(
        user_id=owner.user.id,
        session_id=owner.session_id,
        role=owner.user.role,
        name="Olivia",
        auth_time=house.clock.now(),
    )
    house.clock.advance(601)
    with use(Context(correlation_id=str(uuid7()), caller=stale)):
        asked = house.call(tokens.CreatePersonalToken(name="x", scopes=[Scope.READ], client=client()))
        assert await _refusal(asked) == (403, "REAUTH_REQUIRED")


async def test_a_revoked_token_is_told_like_a_session_and_stays_denied_when_the_cache_was_wiped(
    house: Household,
) -> None:
    owner = await house.set_up()
    made = await _make(house, owner)
    async with house.heard(auth.SessionRevoked) as heard:
        await house.call_as(owner, _revoking(made.id))
        told = await heard.next()
    assert (told.user_id, told.session_id) == (owner.user.id, made.id)
    assert made.id in (await house.denied.load()).sessions
    assert await _refusal(house.call_as(owner, _revoking(made.id))) == (404, "NOT_FOUND")


async def test_75_anothers_token_is_not_there_but_an_administrator_sees_and_ends_it(
    house: Household,
) -> None:
    owner = await house.set_up()
    admin, frida, bert = [
        await house.sign_in_with_plex(house.plex.add_friend(name)) for name in ("ada", "frida", "bert")
    ]
    await house.change("update users set role = 'admin' where id = :id", id=admin.user.id)
    admin = admin.model_copy(update={"user": admin.user.model_copy(update={"role": Role.ADMIN})})
    made, owners = await _make(house, frida), await _make(house, owner)
    of_frida = tokens.ListPersonalTokens(user_id=frida.user.id)
    assert await _refusal(house.call_as(bert, _revoking(made.id))) == (404, "NOT_FOUND")
    assert (await _refusal(house.call_as(bert, of_frida)))[0] == 403
    assert (await _refusal(house.call_as(bert, _revoking(made.id, frida.user.id))))[0] == 403
    assert [each.id for each in (await house.call_as(admin, of_frida)).items] == [made.id]
    assert (await _refusal(house.call_as(admin, _revoking(owners.id, frida.user.id))))[0] == 404
    assert (await _refusal(house.call_as(admin, _revoking(owners.id, owner.user.id))))[0] == 403
    await house.call_as(admin, _revoking(made.id, frida.user.id))
    assert await _refusal(_check(house, made.token)) == (401, "INVALID_PERSONAL_TOKEN")
    query = "select actor_id from audit where action = 'token_revoke' and user_id = :id"
    assert await house.rows(query, id=frida.user.id) == [(admin.user.id,)]


async def test_its_last_use_is_noted_once_a_minute(house: Household) -> None:
    owner = await house.set_up()
    made = await _make(house, owner)

    async def used_at(seconds: float) -> Any:
        at = made.created_at.timestamp() + seconds
        when = made.created_at.fromtimestamp(at, made.created_at.tzinfo)
        await house.call(tokens.TellTokensUsed(used={made.id: when, uuid7(): when}))
        [listed] = (await house.call_as(owner, tokens.ListPersonalTokens())).items
        assert listed.last_used_at
        return (listed.last_used_at - made.created_at).total_seconds()

    assert [await used_at(n) for n in (10, 40, 69, 71, 5)] == [10, 10, 10, 71, 71]


async def test_a_session_is_vouched_for_while_it_lives(house: Household) -> None:
    owner = await house.set_up()
    friend = await house.sign_in_with_plex(house.plex.add_friend("frida"))
    query = tokens.CheckSession(session_id=owner.session_id, user_id=owner.user.id)
    vouched = await house.call(query)
    assert (vouched.email, vouched.scopes) == (owner.user.email, None)
    of_another = tokens.CheckSession(session_id=owner.session_id, user_id=friend.user.id)
    assert await _refusal(house.call(of_another)) == (401, "SESSION_OVER")
    await house.call_as(owner, auth.EndSession())
    assert await _refusal(house.call(query)) == (401, "SESSION_OVER")


async def test_the_clock_forgets_what_is_long_over(house: Household) -> None:
    owner = await house.set_up()
    kept, old, ended = [await _make(house, owner, name=name) for name in ("kept", "old", "ended")]
    await house.call_as(owner, _revoking(ended.id))
    await house.call_as(owner, invites.CreateInvite(client=client()))
    await house.sandbox.stop("auth")
    long_ago = "now() - interval '31 days'"
    await house.change(f"update personal_tokens set expires_at = {long_ago} where id = :id", id=old.id)
    await house.change(f"update personal_tokens set revoked_at = {long_ago} where id = :id", id=ended.id)
    await house.change(f"update invites set expires_at = {long_ago}")
    await house.sandbox.start(SERVICE)

    async def forgotten() -> bool:
        assert await house.rows("select id from personal_tokens") == [(kept.id,)]
        return await house.rows("select id from invites") == []

    await eventually(forgotten)
