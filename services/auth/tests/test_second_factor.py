"""Codes, recovery codes, passkeys and step-up, closer to the service than HTTP gets."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from medianest_auth.adapters.relying_party import can_do_passkeys
from medianest_auth.second_factors import Totps
from medianest_common.bus import Context, use
from medianest_common.clock import uuid7
from medianest_common.contracts import auth
from medianest_common.contracts.auth import second_factor as factors
from medianest_common.contracts.auth.passwords import ChangePassword
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Caller, Role
from medianest_common.errors import MediaNestError
from services.auth.tests.conftest import OWNER, PASSWORD, Household, client
from tests.soft_passkey import SoftPasskey

ORIGIN = "http://localhost:8585"
_NEW = "another horse and no battery"


async def refusal(call: Awaitable[Any]) -> MediaNestError:
    with pytest.raises(MediaNestError) as refused:
        await call
    return refused.value


class Phone:
    """An authenticator app."""

    def __init__(self, house: Household, secret: str) -> None:
        self.house = house
        self.totp = pyotp.TOTP(secret)

    def code(self, *, steps: int = 0) -> str:
        return self.totp.at(self.house.clock.now(), counter_offset=steps)

    def next(self) -> str:
        """Of a step that has not been used."""
        self.house.clock.advance(30)
        return self.code()


async def enrolled(house: Household, person: auth.SignedIn) -> tuple[Phone, list[str]]:
    started = await house.call_as(person, factors.StartTotp(client=client()))
    phone = Phone(house, started.secret)
    codes = await house.call_as(person, factors.ConfirmTotp(code=phone.code(), client=client()))
    return phone, codes.codes


async def first_step(house: Household, *, password: str = PASSWORD, **who: str) -> auth.SecondFactorAsked:
    result = await house.call(auth.SignIn(email=OWNER, password=password, client=client(**who)))
    assert result.signed_in is None and result.second_factor
    return result.second_factor


async def answer(house: Household, asked: auth.SecondFactorAsked, code: str, **who: str) -> auth.SignedIn:
    return await house.call(
        factors.AnswerChallenge(challenge_id=asked.challenge_id, code=code, client=client(**who))
    )


async def call_stale[R](house: Household, person: auth.SignedIn, message: Rpc[R]) -> R:
    caller = Caller(
        user_id=person.user.id,
        session_id=person.session_id,
        role=person.user.role,
        name=person.user.name,
        auth_time=house.clock.now() - timedelta(minutes=11),
    )
    with use(Context(correlation_id=str(uuid7()), caller=caller)):
        return await house.call(message)


async def live_sessions(house: Household, person: auth.SignedIn) -> set[Any]:
    rows = await house.rows(
        "select id from sessions where user_id = :id and revoked_at is null", id=person.user.id
    )
    return {row[0] for row in rows}


async def test_an_app_counts_from_its_first_code_and_ends_other_sessions(house: Household) -> None:
    here, elsewhere = await house.set_up(), await house.sign_in(browser="elsewhere")
    started = await house.call_as(here, factors.StartTotp(client=client()))
    assert started.uri.startswith("otpauth://totp/MediaNest:") and f"secret={started.secret}" in started.uri
    assert started.svg.startswith("<svg") and len(started.secret) == 32
    assert (await house.sign_in(browser="elsewhere")).user, "what is not proven is not asked for"
    again = await house.call_as(here, factors.StartTotp(client=client()))
    wrong = await refusal(
        house.call_as(
            here, factors.ConfirmTotp(code=pyotp.TOTP(started.secret).at(house.clock.now()), client=client())
        )
    )
    assert wrong.status == 422, "only the last enrolment counts"
    async with house.heard(factors.SecondFactorChanged) as told:
        phone = Phone(house, again.secret)
        codes = await house.call_as(here, factors.ConfirmTotp(code=phone.code(), client=client()))
        event = await told.next()
    assert (event.change, event.recovery_codes_left) == (factors.FactorChange.TOTP_ON, 10)
    assert len(set(codes.codes)) == 10
    assert await live_sessions(house, here) == {here.session_id}
    ((reason,),) = await house.rows(
        "select revoked_reason from sessions where id = :id", id=elsewhere.session_id
    )
    assert reason == "second_factor_changed"
    assert (await refusal(house.call_as(here, factors.StartTotp(client=client())))).code == "TOTP_ON"
    assert (await first_step(house)).methods == ["totp", "recovery_code"]


async def test_the_secret_is_sealed_for_its_row_and_recovery_codes_are_hashes(house: Household) -> None:
    owner = await house.set_up()
    phone, codes = await enrolled(house, owner)
    ((sealed, row_id),) = await house.rows("select secret_sealed, id from totp")
    assert phone.totp.secret not in sealed and sealed.startswith("v1|")
    hashes = [row[0] for row in await house.rows("select code_hash from recovery_codes")]
    assert len(hashes) == 10 and not any(codes[0].encode() in each for each in hashes)
    await house.change("update totp set id = :id", id=uuid7())
    asked = await first_step(house)
    assert (await refusal(answer(house, asked, phone.next()))).code == "UNDECRYPTABLE"
    await house.change("update totp set id = :id", id=row_id)
    assert (await answer(house, asked, phone.code())).user.id == owner.user.id


async def test_attack_65_a_code_is_good_once_over_two_replicas(house: Household) -> None:
    owner = await house.set_up()
    phone, _ = await enrolled(house, owner)
    async with house.second_replica():
        asked = [await first_step(house) for _ in range(4)]
        code = phone.next()
        tries = [answer(house, asked[n % 4], code) for n in range(20)]
        results = await asyncio.gather(*tries, return_exceptions=True)
    won = [each for each in results if isinstance(each, auth.SignedIn)]
    assert len(won) == 1
    lost = {each.code for each in results if isinstance(each, MediaNestError)}
    assert len(results) == 20 and lost <= {"INVALID_CODE", "CHALLENGE_EXPIRED", "TOO_MANY_ATTEMPTS"}
    # And where no limit holds most of them back.
    step = phone.totp.timecode(house.clock.now()) + 1

    async def use_it() -> bool:
        async with house.db.transaction() as tx:
            return await Totps(tx.session).use_step(owner.user.id, step)

    assert sum(await asyncio.gather(*(use_it() for _ in range(20)))) == 1
    assert not await use_it()


async def test_attack_65_a_code_may_be_one_step_off_and_no_more(house: Household) -> None:
    owner = await house.set_up()
    phone, _ = await enrolled(house, owner)
    house.clock.advance(120)
    with house.clock.held():
        asked = await first_step(house)
        for steps in (-2, 2):
            assert (await refusal(answer(house, asked, phone.code(steps=steps)))).code == "INVALID_CODE"
        for steps in (-1, 1):
            assert (
                await answer(house, await first_step(house), phone.code(steps=steps))
            ).user.id == owner.user.id


async def test_attack_67_a_recovery_code_is_good_once_in_any_case_and_for_its_owner(house: Household) -> None:
    owner = await house.set_up()
    _, codes = await enrolled(house, owner)
    asked = [await first_step(house) for _ in range(3)]
    typed = codes[0].lower().replace("-", " ")
    async with house.heard(factors.SecondFactorChanged) as told:
        results = await asyncio.gather(
            *(answer(house, each, typed) for each in asked), return_exceptions=True
        )
        assert sum(isinstance(each, auth.SignedIn) for each in results) == 1
        event = await told.next()
    assert (event.change, event.recovery_codes_left) == (factors.FactorChange.RECOVERY_CODE_USED, 9)
    frida = await house.sign_in_with_plex(house.plex.add_friend("frida"), browser="fridas")
    await enrolled(house, frida)
    started = await house.start_plex(house.plex.accounts.all[-1], browser="fridas")
    state = await house.call(
        auth.VerifyPlexSignIn(login_id=started.login_id, client=client(browser="fridas"))
    )
    assert state.result and state.result.second_factor
    foreign = await refusal(answer(house, state.result.second_factor, codes[1], browser="fridas"))
    assert foreign.code == "INVALID_CODE"


async def test_attack_68_a_challenge_is_for_one_browser_a_few_minutes_and_five_tries(
    house: Household,
) -> None:
    owner = await house.set_up()
    phone, _ = await enrolled(house, owner)
    asked = await first_step(house)
    other = await refusal(answer(house, asked, phone.next(), browser="another"))
    none = await refusal(
        house.call(
            factors.AnswerChallenge(
                challenge_id=asked.challenge_id, code=phone.code(), client=auth.ClientInfo()
            )
        )
    )
    unknown = await refusal(answer(house, asked.model_copy(update={"challenge_id": "x" * 43}), phone.code()))
    house.clock.advance(301)
    late = await refusal(answer(house, asked, phone.code()))
    assert {other.code, none.code, unknown.code, late.code} == {"CHALLENGE_EXPIRED"}
    asked = await first_step(house)
    for _ in range(5):
        assert (await refusal(answer(house, asked, "000000"))).code == "INVALID_CODE"
    # So that the limit over all sign-ins is over, and the challenge's own count is what refuses.
    await house.change("update challenges set expires_at = expires_at + interval '1 hour'")
    house.clock.advance(301)
    assert (await refusal(answer(house, asked, phone.code()))).code == "CHALLENGE_EXPIRED"
    assert (await answer(house, await first_step(house), phone.code())).user.id == owner.user.id


async def test_attack_68_what_happens_between_the_steps_counts(house: Household) -> None:
    owner = await house.set_up()
    phone, recovery = await enrolled(house, owner)
    code = phone.next()
    asked = await first_step(house)
    await house.change("update users set status = 'suspended'")
    assert (await refusal(answer(house, asked, code))).code == "CHALLENGE_EXPIRED"
    await house.change("update users set status = 'active'")
    asked = await first_step(house)
    await change_password(house, owner)
    assert (await refusal(answer(house, asked, code))).code == "CHALLENGE_EXPIRED"
    assert await live_sessions(house, owner) == {owner.session_id}

    # With the new password it goes on, also where the clock was set back since the change.
    house.clock.set_by(-3_600)
    asked = await first_step(house, password=_NEW)
    assert (await answer(house, asked, recovery[0])).user.id == owner.user.id


async def change_password(house: Household, person: auth.SignedIn) -> None:
    command = ChangePassword(current_password=PASSWORD, new_password=_NEW, client=client())
    await house.call_as(person, command)


async def test_codes_are_limited_over_all_sign_ins_and_a_known_browser_is_not_locked_out(
    house: Household,
) -> None:
    owner = await house.set_up()
    phone, _ = await enrolled(house, owner)
    stranger = {"browser": "strange", "ip": "198.51.100.7"}
    async with house.heard(factors.SecondFactorBlocked) as blocked:
        for batch in range(4):
            asked = await first_step(house, **stranger)
            for _ in range(5):
                assert (await refusal(answer(house, asked, "000000", **stranger))).code == "INVALID_CODE"
            if batch == 0:
                another = await first_step(house, **stranger)
                full = await refusal(answer(house, another, "000000", **stranger))
                assert full.code == "TOO_MANY_ATTEMPTS" and 0 < (full.retry_after or 0) <= 300
            house.clock.advance(301)
        asked = await first_step(house, **stranger)
        over = await refusal(answer(house, asked, phone.code(), **stranger))
        assert over.code == "TOO_MANY_ATTEMPTS" and (over.retry_after or 0) > 3600
        assert (await blocked.next()).user_id == owner.user.id
        dead = await refusal(answer(house, asked, phone.code(), **stranger))
        assert dead.code == "CHALLENGE_EXPIRED", "it takes a new sign-in to try again"
        asked = await first_step(house, **stranger)
        assert (await refusal(answer(house, asked, phone.code(), **stranger))).code == "TOO_MANY_ATTEMPTS"
        rows = await house.rows("select count(*) from audit where action = 'second_factor_blocked'")
        assert rows == [(1,)] and blocked.more == 0, "the person is told once a day"
    known = {"device_token": owner.device_token}
    asked = await first_step(house, **known)
    assert (await answer(house, asked, phone.next(), **known)).user.id == owner.user.id


async def test_step_up_replaces_the_session_by_one_of_its_kind(house: Household) -> None:
    await house.set_up()
    for remember in (True, False):
        before = await house.sign_in(remember=remember)
        after = await call_stale(
            house, before, factors.StepUp(proof=factors.Proof(password=PASSWORD), client=client())
        )
        assert after.session_id != before.session_id and after.refresh_token != before.refresh_token
        rows = dict(
            await house.rows(
                "select id, idle_seconds from sessions where id in (:a, :b)",
                a=before.session_id,
                b=after.session_id,
            )
        )
        assert rows[before.session_id] == rows[after.session_id] == (2_592_000 if remember else 86_400)
        ((reason,),) = await house.rows(
            "select revoked_reason from sessions where id = :id", id=before.session_id
        )
        assert reason == "replaced"
        assert (await refusal(house.refresh(before.refresh_token))).status == 401
        claims = await house.claims(after.access_token)
        assert (house.clock.now() - claims.auth_time).total_seconds() < 60


async def test_step_up_asks_for_everything_the_sign_in_asks_for(house: Household) -> None:
    owner = await house.set_up()
    phone, codes = await enrolled(house, owner)

    async def step_up(**proof: str) -> auth.SignedIn:
        return await call_stale(
            house, owner, factors.StepUp(proof=factors.Proof.model_validate(proof), client=client())
        )

    assert (await refusal(step_up(password=PASSWORD))).code == "SECOND_FACTOR_REQUIRED"
    assert (await refusal(step_up(code=phone.next()))).code == "PROOF_REFUSED"
    assert (await refusal(step_up(password="not the password", code=phone.code()))).code == "PROOF_REFUSED"
    assert (await refusal(step_up(password=PASSWORD, code="000000"))).code == "PROOF_REFUSED"
    assert await live_sessions(house, owner) == {owner.session_id}
    assert (await step_up(password=PASSWORD, code=phone.code())).user.id == owner.user.id
    stale = await refusal(step_up(password=PASSWORD, code=codes[0]))
    assert stale.status == 401, "the session that was replaced cannot replace another"


async def test_a_refusal_says_which_ways_there_are(house: Household) -> None:
    owner = await house.set_up()
    frida = await house.sign_in_with_plex(house.plex.add_friend("frida"), browser="fridas")
    for person, methods in ((owner, ["password"]), (frida, ["plex"])):
        refused = await refusal(call_stale(house, person, factors.StartTotp(client=client())))
        assert (refused.code, refused.extra["methods"]) == ("REAUTH_REQUIRED", methods)


async def test_attack_69_a_factor_changes_only_freshly_and_with_proof(house: Household) -> None:
    owner = await house.set_up()
    phone, codes = await enrolled(house, owner)
    whole = factors.Proof(password=PASSWORD, code=codes[0])
    stale: list[Rpc[Any]] = [
        factors.TurnOffTotp(proof=whole, client=client()),
        factors.RenewRecoveryCodes(proof=whole, client=client()),
        factors.StartTotp(client=client()),
        factors.ConfirmTotp(code=phone.code(), client=client()),
        factors.StartPasskey(client=client()),
        factors.RemovePasskey(id=uuid7(), client=client()),
    ]
    for message in stale:
        assert (await refusal(call_stale(house, owner, message))).code == "REAUTH_REQUIRED"
    for proof in (
        factors.Proof(password=PASSWORD),
        factors.Proof(code=codes[0]),
        factors.Proof(password="wrong", code=codes[0]),
        factors.Proof(password=PASSWORD, code="000000"),
    ):
        refused = await refusal(house.call_as(owner, factors.TurnOffTotp(proof=proof, client=client())))
        assert refused.code in ("SECOND_FACTOR_REQUIRED", "PROOF_REFUSED")
    house.clock.advance(3600)
    new = await house.call_as(owner, factors.RenewRecoveryCodes(proof=whole, client=client()))
    assert not set(new.codes) & set(codes)
    elsewhere = await answer(house, await first_step(house), new.codes[0])
    used = factors.Proof(password=PASSWORD, code=codes[1])
    await refusal(house.call_as(owner, factors.TurnOffTotp(proof=used, client=client())))
    last = factors.Proof(password=PASSWORD, code=phone.next())
    await house.call_as(owner, factors.TurnOffTotp(proof=last, client=client()))
    assert await live_sessions(house, owner) == {owner.session_id} != {elsewhere.session_id}
    assert await house.rows("select 1 from totp union all select 1 from recovery_codes") == []
    assert (await house.sign_in()).user.id == owner.user.id
    again = await refusal(house.call_as(owner, factors.TurnOffTotp(proof=last, client=client())))
    assert again.status in (403, 409)


async def test_plex_asks_for_the_factor_and_gives_the_same_challenge_while_it_lives(house: Household) -> None:
    frida = house.plex.add_friend("frida")
    person = await house.sign_in_with_plex(frida)
    phone, _ = await enrolled(house, person)
    started = await house.start_plex(frida)

    async def verify() -> auth.SecondFactorAsked:
        state = await house.call(auth.VerifyPlexSignIn(login_id=started.login_id, client=client()))
        assert state.result and state.result.second_factor
        return state.result.second_factor

    first = await verify()
    house.clock.advance(200)
    second = await verify()
    assert second.challenge_id == first.challenge_id and second.expires_in < first.expires_in
    signed_in = await answer(house, second, phone.code())
    assert signed_in.user.id == person.user.id
    ((method,),) = await house.rows("select method from sessions where id = :id", id=signed_in.session_id)
    assert method == "plex"
    assert (await refusal(verify())).code == "PLEX_SIGN_IN_EXPIRED"


async def registered(house: Household, person: auth.SignedIn, key: SoftPasskey) -> factors.PasskeyRegistered:
    asked = await house.call_as(person, factors.StartPasskey(client=client()))
    credential = factors.Attestation.model_validate(key.create(asked.options))
    return await house.call_as(
        person,
        factors.RegisterPasskey(
            challenge_id=asked.challenge_id, name="My phone", credential=credential, client=client()
        ),
    )


async def by_passkey(house: Household, key: SoftPasskey, **who: str) -> auth.SignedIn:
    asked = await house.call(factors.AskPasskey(client=client(**who)))
    return await house.call(
        factors.SignInWithPasskey(
            challenge_id=asked.challenge_id,
            passkey=factors.Assertion.model_validate(key.get(asked.options)),
            client=client(**who),
        )
    )


async def test_a_passkey_that_looks_copied_is_noted_and_one_that_may_not_sign_in_is_refused(
    house: Household,
) -> None:
    owner, key = await house.set_up(), SoftPasskey(ORIGIN)
    await registered(house, owner, key)
    key.device.sign_count = 40
    assert (await by_passkey(house, key)).user.id == owner.user.id
    assert await house.rows("select 1 from audit where action = 'passkey_counter'") == []
    key.device.sign_count = 7
    assert (await by_passkey(house, key)).user.id == owner.user.id
    ((result, user_id),) = await house.rows(
        "select result, user_id from audit where action = 'passkey_counter'"
    )
    assert (result, user_id) == ("suspicious", owner.user.id)
    key.verifies = False
    touched = await refusal(by_passkey(house, key))
    key.verifies = True
    await house.change("update users set status = 'suspended'")
    suspended = await refusal(by_passkey(house, key))
    assert touched.problem() == suspended.problem()
    assert touched.code == "PASSKEY_REFUSED"


async def test_two_passkeys_and_the_last_one_takes_the_recovery_codes_along(house: Household) -> None:
    owner = await house.set_up()
    one, two = SoftPasskey(ORIGIN), SoftPasskey(ORIGIN)
    first, second = await registered(house, owner, one), await registered(house, owner, two)
    assert first.recovery_codes and len(first.recovery_codes) == 10 and second.recovery_codes is None
    assert (await first_step(house)).methods == ["passkey", "recovery_code"]
    for made in (first, second):
        await house.call_as(owner, factors.RemovePasskey(id=made.passkey.id, client=client()))
    assert await house.rows("select 1 from passkeys union all select 1 from recovery_codes") == []
    assert (await house.sign_in()).user.id == owner.user.id


async def test_an_administrator_resets_a_user_and_only_the_owner_an_administrator(house: Household) -> None:
    owner = await house.set_up()
    frida = await house.sign_in_with_plex(house.plex.add_friend("frida"), browser="fridas")
    adam = await house.sign_in_with_plex(house.plex.add_friend("adam"), browser="adams")
    await enrolled(house, frida)
    await enrolled(house, adam)
    await house.change("update users set role = 'admin' where id = :id", id=adam.user.id)
    admin = adam.model_copy(update={"user": adam.user.model_copy(update={"role": Role.ADMIN})})

    def reset(person: auth.SignedIn) -> factors.ResetSecondFactors:
        return factors.ResetSecondFactors(user_id=person.user.id, client=client())

    assert (await refusal(house.call_as(frida, reset(adam)))).status == 403
    assert (await refusal(house.call_as(admin, reset(owner)))).status == 403
    assert (await refusal(house.call_as(admin, reset(adam)))).status == 403
    assert (await refusal(house.call_as(owner, reset(owner)))).code == "OWN_FACTORS"
    assert (await refusal(call_stale(house, admin, reset(frida)))).code == "REAUTH_REQUIRED"
    async with house.heard(factors.SecondFactorChanged) as told:
        await house.call_as(admin, reset(frida))
        event = await told.next()
    assert (event.user_id, event.change) == (frida.user.id, factors.FactorChange.RESET_BY_ADMIN)
    assert await live_sessions(house, frida) == set()
    rows = await house.rows(
        "select user_id, actor_id from audit where action = 'second_factor_change' and actor_id is not null"
    )
    assert rows == [(frida.user.id, adam.user.id)]
    assert (await house.sign_in_with_plex(house.plex.accounts.all[-2], browser="fridas")).user
    await house.call_as(owner, reset(adam))
    assert (await refusal(house.call_as(owner, reset(adam)))).code == "SECOND_FACTOR_OFF"


@pytest.mark.parametrize(
    "address,possible",
    [
        ("https://nest.example.org", True),
        ("https://example.org:8443/nest", True),
        ("http://localhost:8585", True),
        ("http://nest.example.org", False),
        ("http://192.168.1.20:8585", False),
        ("https://192.168.1.20", False),
        ("https://[fd00::1]", False),
    ],
)
def test_passkeys_are_offered_where_browsers_allow_them(address: str, possible: bool) -> None:
    assert can_do_passkeys(address) is possible
