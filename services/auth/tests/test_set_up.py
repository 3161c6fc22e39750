"""The first owner."""

import asyncio
from pathlib import Path

import pytest

from medianest_auth.service import SERVICE
from medianest_auth.setup_token import setup_link
from medianest_common.contracts import auth
from medianest_common.contracts.identity import Role
from medianest_common.errors import MediaNestError
from medianest_common.settings import Settings
from services.auth.tests.conftest import PASSWORD, SETUP_TOKEN, Household


async def test_the_holder_of_the_set_up_token_becomes_the_owner_and_is_signed_in(house: Household) -> None:
    assert (await house.call(auth.GetProviders())).setup_required
    async with house.heard(auth.UserCreated) as created:
        owner = await house.set_up()
        event = await created.next()
    assert owner.user.role is Role.OWNER
    assert (event.user_id, event.name, event.role, event.version) == (owner.user.id, "Olivia", Role.OWNER, 1)
    claims = await house.claims(owner.access_token)
    assert (claims.user_id, claims.session_id, claims.role) == (owner.user.id, owner.session_id, Role.OWNER)
    assert not (await house.call(auth.GetProviders())).setup_required


async def test_attack_53_twenty_set_ups_at_once_make_one_owner(house: Household) -> None:
    async with house.second_replica():
        outcomes = await asyncio.gather(
            *(house.set_up(email=f"owner{n}@example.com") for n in range(20)), return_exceptions=True
        )
    codes = [outcome.code for outcome in outcomes if isinstance(outcome, MediaNestError)]
    # Whoever had to wait too long for a turn is told to come again, and comes too late.
    assert len(codes) == 19 and set(codes) <= {"SETUP_DONE", "AUTH_BUSY"}
    assert await house.rows("select count(*) from users") == [(1,)]


async def test_attack_53_set_up_is_over_once_there_is_an_owner_whatever_the_token(house: Household) -> None:
    await house.set_up()
    for token in (SETUP_TOKEN, "wrong"):
        with pytest.raises(MediaNestError) as refused:
            await house.set_up(setup_token=token, email="second@example.com")
        assert (refused.value.status, refused.value.code) == (409, "SETUP_DONE")


async def test_attack_53_a_wrong_token_makes_nobody_and_may_not_be_tried_for_ever(house: Household) -> None:
    answers = []
    for _ in range(11):
        with pytest.raises(MediaNestError) as refused:
            await house.set_up(setup_token="wrong")
        answers.append(refused.value.status)
    assert answers == [404] * 10 + [429]
    assert await house.rows("select count(*) from users") == [(0,)]


async def test_a_refused_form_leaves_the_way_open(house: Household) -> None:
    for changes in ({"email": "nonsense"}, {"password": "password1234"}, {"name": "\u200b\u202e"}):
        with pytest.raises(MediaNestError) as refused:
            await house.set_up(**changes)
        assert refused.value.status == 422
        assert refused.value.errors is not None
        assert refused.value.errors[0].field == next(iter(changes))
    assert (await house.set_up()).user.role is Role.OWNER


async def test_the_set_up_link_is_there_while_there_is_no_owner(house: Household, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    link = setup_link(settings)
    assert link == f"http://localhost:8585/setup#token={SETUP_TOKEN}"
    assert (tmp_path / "secrets" / "setup_token").stat().st_mode & 0o077 == 0
    await house.set_up()
    assert setup_link(settings) is None
    await house.sandbox.stop("auth")
    await house.sandbox.start(SERVICE)
    assert setup_link(settings) is None


async def test_without_a_given_token_every_replica_derives_the_same(house: Household, tmp_path: Path) -> None:
    await house.sandbox.stop("auth")
    house.sandbox.settings.pop("setup_token")
    await house.sandbox.start(SERVICE)
    link = setup_link(Settings(data_dir=tmp_path))
    assert link is not None
    token = link.partition("#token=")[2]
    assert len(token) > 40
    async with house.second_replica():
        assert (await house.set_up(setup_token=token, password=PASSWORD)).user.role is Role.OWNER
