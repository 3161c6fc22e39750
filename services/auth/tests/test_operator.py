"""Whoever runs the installation, at the command line: no account is needed, and everything is written down."""

from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from redis.asyncio import Redis

from medianest_auth.attempts import NETWORK, Attempts
from medianest_common.contracts import auth
from medianest_common.contracts.auth import operator, passwords
from medianest_common.contracts.auth import second_factor as factors
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Role
from medianest_common.errors import MediaNestError
from services.auth.tests.conftest import OWNER, PASSWORD, Household, client

NEW = "another quiet lighthouse at dusk"
MESSAGES: list[Rpc[Any]] = [
    operator.OperatorListUsers(),
    operator.OperatorMakeResetLink(email=OWNER),
    operator.OperatorMakeOwner(email=OWNER),
    operator.OperatorCreateOwner(name="Eve", email="eve@example.com"),
    operator.OperatorResetSecondFactor(email=OWNER),
    operator.OperatorEndSessions(),
    operator.OperatorForgetAttempts(email=OWNER),
    operator.OperatorVerifyAudit(),
    operator.OperatorRotateSigningKeys(revoke=True),
    operator.OperatorNoteKeyRotation(key_id="x"),
]


async def refusal(work: Any) -> MediaNestError:
    with pytest.raises(MediaNestError) as refused:
        await work
    return refused.value


async def acts(house: Household) -> list[tuple[str, str]]:
    """What the operator did, in order, and to whom."""
    rows = await house.rows(
        "select action, coalesce(users.email, '') from audit left join users on users.id = user_id"
        " where actor_id = :operator order by audit.id",
        operator=operator.OPERATOR,
    )
    return [tuple(row) for row in rows]


async def choose_password(house: Household, link: operator.OneTimeAddress) -> None:
    token = urlsplit(link.url).fragment.removeprefix("token=")
    await house.call(passwords.ResetPassword(token=token, new_password=NEW, client=client()))


async def test_nobody_with_an_account_is_the_operator_not_even_the_owner(house: Household) -> None:
    owner = await house.set_up()
    assert {type(message).__name__ for message in MESSAGES} == {
        name for name in vars(operator) if name.startswith("Operator") and name != "OperatorUser"
    }
    for message in MESSAGES:
        refused = await refusal(house.call_as(owner, message))
        assert refused.status == 403, message
    assert await acts(house) == []
    assert (await house.refresh(owner.refresh_token)).user.role is Role.OWNER


async def test_an_owner_who_lost_everything_comes_back(house: Household) -> None:
    await house.set_up()
    link = await house.call(operator.OperatorMakeResetLink(email=f" {OWNER.upper()} "))
    assert link.url.startswith("http://localhost:8585/reset#token=") and link.name == "Olivia"
    await choose_password(house, link)
    assert (await house.sign_in(password=NEW)).user.role is Role.OWNER
    assert await acts(house) == [("reset_link_create", OWNER)]


async def test_there_can_be_a_local_owner_while_plex_is_gone(house: Household) -> None:
    for site in (house.plex.tv, house.plex.server):
        site.fail_with("refuse")
    link = await house.call(operator.OperatorCreateOwner(name="Nora", email="nora@example.com"))
    await choose_password(house, link)
    owner = await house.sign_in("nora@example.com", NEW)
    assert owner.user.role is Role.OWNER
    assert not (await house.call(auth.GetProviders())).setup_required
    taken = await refusal(house.call(operator.OperatorCreateOwner(name="N", email="NORA@example.com")))
    assert (taken.status, "make-owner" in taken.detail) == (409, True)


async def test_somebody_else_is_made_the_owner_and_there_is_one(house: Household) -> None:
    old = await house.set_up()
    frida = await house.sign_in_with_plex(house.plex.add_friend("frida", email="frida@example.com"))
    await house.change("update users set status = 'suspended' where id = :id", id=frida.user.id)
    async with house.heard(auth.SessionRevoked) as stale:
        link = await house.call(operator.OperatorMakeOwner(email="frida@example.com"))
        heard = {(await stale.next()).user_id for _ in range(2)}
    assert heard == {old.user.id, frida.user.id}
    await choose_password(house, link)
    assert (await house.sign_in("frida@example.com", NEW, ip="10.0.0.2")).user.role is Role.OWNER
    assert (await house.refresh(old.refresh_token)).user.role is Role.ADMIN
    roles = await house.rows("select role, status from users order by role")
    assert roles == [("admin", "active"), ("owner", "active")]
    assert {action for action, _ in await acts(house)} == {"role_change", "reinstate", "reset_link_create"}
    again = await house.call(operator.OperatorMakeOwner(email="frida@example.com"))
    assert again.url != link.url


async def test_nobody_is_named_by_an_address_that_nobody_has(house: Household) -> None:
    await house.set_up()
    for message in (operator.OperatorMakeResetLink, operator.OperatorMakeOwner, operator.OperatorEndSessions):
        refused = await refusal(house.call(message(email="nobody@example.com")))
        assert (refused.status, refused.code) == (404, "NOT_FOUND")
        assert "nobody@example.com" not in refused.detail


async def test_lost_second_factors_are_taken_away(house: Household) -> None:
    owner = await house.set_up()
    started = await house.call_as(owner, factors.StartTotp(client=client()))
    code = pyotp.TOTP(started.secret).at(house.clock.now())
    await house.call_as(owner, factors.ConfirmTotp(code=code, client=client()))
    (person,) = (await house.call(operator.OperatorListUsers())).items
    assert person.second_factor and person.methods == ["password"]
    await house.call(operator.OperatorResetSecondFactor(email=OWNER))
    assert (await house.sign_in()).user.role is Role.OWNER
    assert (await refusal(house.refresh(owner.refresh_token))).status == 401
    again = await refusal(house.call(operator.OperatorResetSecondFactor(email=OWNER)))
    assert again.status == 409
    assert await acts(house) == [("second_factor_change", OWNER)]


async def test_one_or_all_are_signed_out(house: Household) -> None:
    owner = await house.set_up()
    here = await house.sign_in(browser="one")
    frida = await house.sign_in_with_plex(house.plex.add_friend("frida"), ip="10.0.0.2")
    ended = await house.call(operator.OperatorEndSessions(email=OWNER))
    assert (ended.people, ended.sessions) == (1, 2)
    for person in (owner, here):
        assert (await refusal(house.refresh(person.refresh_token))).status == 401
    frida = await house.refresh(frida.refresh_token)
    await house.sign_in()
    ended = await house.call(operator.OperatorEndSessions())
    assert (ended.people, ended.sessions) == (2, 2)
    assert (await refusal(house.refresh(frida.refresh_token))).status == 401


async def test_attempts_are_forgotten_for_a_person_and_for_a_network(house: Household) -> None:
    owner = await house.set_up()

    async def lock(**who: str) -> int:
        with house.clock.held():  # The sixth is refused unseen, for a second.
            wrong = [
                (await refusal(house.sign_in(OWNER, "wrong", remember=False, **who))).status for _ in range(6)
            ]
        return wrong[-1]

    assert await lock(ip="192.0.2.1") == 429
    assert await lock(ip="192.0.2.1", device_token=owner.device_token) == 429
    await house.call(operator.OperatorForgetAttempts(email=OWNER))
    assert await house.sign_in(device_token=owner.device_token)
    assert await house.sign_in(ip="192.0.2.2")
    async with Redis.from_url(house.sandbox.settings["valkey_url"], socket_timeout=30) as valkey:
        for _ in range(NETWORK[0].most):
            await Attempts(valkey, clock=house.clock).begin({"network:192.0.2.9": NETWORK})
    assert (await refusal(house.sign_in(ip="192.0.2.9"))).status == 429
    await house.call(operator.OperatorForgetAttempts(network="192.0.2.9"))
    assert await house.sign_in(ip="192.0.2.9")


async def test_everybody_is_listed_with_their_ways_in(house: Household) -> None:
    await house.set_up()
    for name in ("frida", "bert"):
        await house.sign_in_with_plex(house.plex.add_friend(name, email=f"{name}@example.com"))
    seen: list[operator.OperatorUser] = []
    cursor = None
    while True:
        page = await house.call(operator.OperatorListUsers(limit=2, cursor=cursor))
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [(person.email, person.role, person.methods) for person in seen] == [
        (OWNER, "owner", ["password"]),
        ("frida@example.com", "user", ["plex"]),
        ("bert@example.com", "user", ["plex"]),
    ]
    assert all(person.last_seen_at and not person.second_factor for person in seen)


async def test_signing_keys_change_when_the_next_is_known_or_at_once(house: Household) -> None:
    owner = await house.set_up()
    soon = await refusal(house.call(operator.OperatorRotateSigningKeys()))
    assert soon.status == 409
    house.clock.advance(61)
    first = {key["kid"] for key in (await house.call(auth.GetJwks())).keys}
    rotated = await house.call(operator.OperatorRotateSigningKeys())
    assert rotated.key_id in first
    assert (await house.claims(owner.access_token)).user_id == owner.user.id
    replaced = await house.call(operator.OperatorRotateSigningKeys(revoke=True))
    last = {key["kid"] for key in (await house.call(auth.GetJwks())).keys}
    assert replaced.key_id in last and len(last) == 2 and not last & first
    with pytest.raises(MediaNestError):
        await house.claims(owner.access_token)
    renewed = await house.refresh(owner.refresh_token)
    assert (await house.claims(renewed.access_token)).user_id == owner.user.id
    assert [action for action, _ in await acts(house)] == ["signing_keys_rotate"] * 2


async def test_the_audit_log_is_read_to_its_end(house: Household) -> None:
    await house.set_up()
    assert await house.sign_in(password=PASSWORD)
    verdict = await house.call(operator.OperatorVerifyAudit())
    assert verdict.intact and verdict.complete
    known = operator.OperatorVerifyAudit(seq=max(verdict.up_to, 1), hash="0" * 64)
    assert not (await house.call(known)).intact
