"""Invitations: good once, in time, for one role. Numbers are those of the auth design's list of attacks."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from medianest.testing import eventually
from medianest_common.contracts import auth
from medianest_common.contracts.auth import invites
from medianest_common.contracts.identity import Role
from medianest_common.errors import MediaNestError
from services.auth.tests.conftest import PASSWORD, Household, client

NEWCOMER = "nora@example.org"


async def _invite(house: Household, by: auth.SignedIn, **changes: Any) -> tuple[UUID, str]:
    made = await house.call_as(by, invites.CreateInvite(**{"client": client()} | changes))
    assert made.url.startswith("http://localhost:8585/invite#token=mni_")
    return made.id, made.url.partition("#token=")[2]


async def _accept(house: Household, token: str, **changes: Any) -> auth.SignInResult:
    values: dict[str, Any] = {
        "name": "Nora",
        "email": NEWCOMER,
        "password": PASSWORD,
        "client": client(),
    } | changes
    return await house.call(invites.AcceptInvite(token=token, **values))


async def _look(house: Household, token: str, **who: str) -> invites.InviteView:
    return await house.call(invites.LookAtInvite(token=token, client=client(**who)))


async def _refusal(awaitable: Any) -> tuple[int, str, str]:
    with pytest.raises(MediaNestError) as refused:
        await awaitable
    return int(refused.value.status), refused.value.code, refused.value.detail


async def _promoted(house: Household, name: str) -> auth.SignedIn:
    person = await house.sign_in_with_plex(house.plex.add_friend(name))
    await house.change("update users set role = 'admin' where id = :id", id=person.user.id)
    return person.model_copy(update={"user": person.user.model_copy(update={"role": Role.ADMIN})})


async def test_an_invitation_says_who_invites_and_lets_one_person_in_who_is_signed_in(
    house: Household,
) -> None:
    owner = await house.set_up()
    invite_id, token = await _invite(house, owner, role="admin", note="the neighbour")
    seen = await _look(house, token)
    assert (seen.invited_by, seen.role) == ("Olivia", Role.ADMIN)
    assert set(seen.model_dump()) == {"invitedBy", "role", "expiresAt"}
    async with house.heard(invites.InviteAccepted) as heard:
        came = (await _accept(house, token)).signed_in
        told = await heard.next()
    assert came and (came.user.role, came.user.email) == (Role.ADMIN, NEWCOMER)
    assert (told.user_id, told.invited_by) == (came.user.id, owner.user.id)
    assert (await house.sign_in(NEWCOMER)).user.id == came.user.id
    [listed] = (await house.call_as(owner, invites.ListInvites())).items
    assert (listed.id, listed.state, listed.accepted_by) == (invite_id, "accepted", came.user.id)
    assert token not in str(await house.rows("select * from invites"))


async def test_attack_54_twenty_tries_at_two_replicas_let_one_in(house: Household) -> None:
    """CVE-2022-23555: an invitation was good more than once."""
    owner = await house.set_up()
    _, token = await _invite(house, owner)
    async with house.second_replica():
        outcomes = await asyncio.gather(
            *(
                _accept(house, token, email=f"n{n}@example.org", client=client(ip=f"10.0.1.{n}"))
                for n in range(20)
            ),
            return_exceptions=True,
        )
    came = [each for each in outcomes if isinstance(each, auth.SignInResult)]
    refused = [each for each in outcomes if isinstance(each, MediaNestError)]
    assert len(came) == 1 and len(refused) == 19
    assert {each.code for each in refused} <= {"INVITE_INVALID", "AUTH_BUSY"}
    assert await house.rows("select count(*) from users") == [(2,)]


async def test_attack_54_whoever_comes_second_waits_for_the_first_and_finds_it_used(house: Household) -> None:
    """Twenty tries are in each other's way by chance; here the first one holds it for as long as it takes."""
    owner = await house.set_up()
    invite_id, token = await _invite(house, owner)
    async with house.db.transaction() as tx:
        await tx.session.execute(text("select 1 from invites for update"))
        second = asyncio.create_task(_refusal(_accept(house, token)))
        await eventually(lambda: house.waits(tx), within=60)
        used = "update invites set accepted_at = :at, accepted_by = :by where id = :id"
        values = {"at": house.clock.now(), "by": owner.user.id, "id": invite_id}
        await tx.session.execute(text(used), values)
    assert (await second)[1] == "INVITE_INVALID"
    assert await house.rows("select count(*) from users") == [(1,)]


async def test_attack_54_whatever_is_wrong_with_it_is_answered_alike(house: Household) -> None:
    """GO-2025-4136: expiry was noticed minutes late. CVE-2026-105785: tokens of another purpose were taken."""
    owner = await house.set_up()
    used, revoked, expiring = [(await _invite(house, owner, expires_in_days=n)) for n in (7, 7, 1)]
    await _accept(house, used[1])
    await house.call_as(owner, invites.RevokeInvite(invite_id=revoked[0], client=client()))
    house.clock.advance(86_400 - 60)
    assert await _look(house, expiring[1])
    house.clock.advance(60.5)
    wrong = [used[1], revoked[1], expiring[1], owner.refresh_token, owner.access_token, "mni_" + "a" * 43]
    answers = set()
    for number, token in enumerate(wrong):
        answers.add(await _refusal(_look(house, token, ip=f"10.0.2.{number}")))
        other = {"email": "x@example.org", "client": client(ip=f"10.0.3.{number}")}
        answers.add(await _refusal(_accept(house, token, **other)))
    assert answers == {(410, "INVITE_INVALID", "Ask whoever invited you for a new link.")}


async def test_an_invitation_for_one_address_is_for_that_address(house: Household) -> None:
    owner = await house.set_up()
    _, token = await _invite(house, owner, email="Nora@Example.ORG")
    assert (await _refusal(_accept(house, token, email="else@example.org")))[0] == 422
    assert (await _accept(house, token, email=NEWCOMER)).signed_in


async def test_only_the_owner_invites_administrators_and_only_freshly_proven(house: Household) -> None:
    owner = await house.set_up()
    admin = await _promoted(house, "ada")
    user = await house.sign_in_with_plex(house.plex.add_friend("uma"))
    assert (await _refusal(_invite(house, admin, role="admin")))[0] == 403
    assert (await _refusal(_invite(house, owner, role="owner")))[0] == 422
    assert (await _refusal(_invite(house, user)))[0] == 403
    assert (await _refusal(house.call_as(user, invites.ListInvites())))[0] == 403
    invite_id, _ = await _invite(house, owner, role="admin")
    revoking = invites.RevokeInvite(invite_id=invite_id, client=client())
    assert (await _refusal(house.call_as(user, revoking)))[0] == 403
    assert (await _refusal(house.call_as(admin, revoking)))[0] == 403
    assert (await house.call_as(owner, revoking)) is not None
    assert await _invite(house, admin)


async def test_who_may_not_invite_any_more_has_not_invited(house: Household) -> None:
    await house.set_up()
    admin = await _promoted(house, "ada")
    _, token = await _invite(house, admin)
    await house.change("update users set role = 'user' where id = :id", id=admin.user.id)
    assert (await _refusal(_look(house, token)))[1] == "INVITE_INVALID"
    await house.change(
        "update users set role = 'admin', status = 'suspended' where id = :id", id=admin.user.id
    )
    assert (await _refusal(_look(house, token)))[1] == "INVITE_INVALID"
    await house.change("update users set status = 'active' where id = :id", id=admin.user.id)
    assert await _look(house, token)


async def test_passwords_and_addresses_are_as_everywhere_and_a_wrong_one_costs_no_invitation(
    house: Household,
) -> None:
    owner = await house.set_up()
    _, token = await _invite(house, owner)
    assert (await _refusal(_accept(house, token, password="nora nora nora nora")))[1] == "WEAK_PASSWORD"
    assert (await _refusal(_accept(house, token, name="\u200b")))[0] == 422
    assert (await _refusal(_accept(house, token, email="OLIVIA@example.com")))[0] == 422
    assert (await _accept(house, token)).signed_in


async def test_guessing_is_stopped_after_ten_tries_an_hour_and_so_is_asking_who_is_here(
    house: Household,
) -> None:
    owner = await house.set_up()
    _, token = await _invite(house, owner)
    for number in range(10):
        assert (await _refusal(_look(house, f"mni_{number:043}")))[0] == 410
    assert (await _refusal(_look(house, token)))[1] == "TOO_MANY_ATTEMPTS"
    elsewhere = {"email": "olivia@example.com", "client": client(ip="192.0.2.99")}
    for _ in range(10):
        assert (await _refusal(_accept(house, token, **elsewhere)))[0] == 422
    assert (await _refusal(_accept(house, token, **elsewhere)))[0] == 429
    house.clock.advance(3601)
    assert await _look(house, token)


async def test_the_list_has_pages_and_what_is_used_cannot_be_revoked(house: Household) -> None:
    owner = await house.set_up()
    made = [await _invite(house, owner, note=f"number {n}") for n in range(3)]
    await _accept(house, made[0][1])
    first = await house.call_as(owner, invites.ListInvites(limit=2))
    rest = await house.call_as(owner, invites.ListInvites(limit=2, cursor=first.next_cursor))
    assert [each.note for each in [*first.items, *rest.items]] == ["number 2", "number 1", "number 0"]
    used = invites.RevokeInvite(invite_id=made[0][0], client=client())
    assert (await _refusal(house.call_as(owner, used)))[1] == "INVITE_USED"
    nothing = invites.RevokeInvite(invite_id=owner.user.id, client=client())
    assert (await _refusal(house.call_as(owner, nothing)))[0] == 404
