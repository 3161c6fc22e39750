"""Attacks on the second factor, passkeys and step-up, over HTTP against the running product."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pyotp
import pytest

from medianest.testing import eventually
from medianest_common.testing.fake_plex import FakeAccount
from tests.security.conftest import House
from tests.soft_passkey import SoftPasskey
from tests.world import OWNER_EMAIL, OWNER_PASSWORD, Person

LOGIN = {"email": OWNER_EMAIL, "password": OWNER_PASSWORD}
SESSION_COOKIES = ("mn_at", "mn_rt")


def holds_session(person: Person) -> bool:
    return any(cookie.name.startswith(SESSION_COOKIES) for cookie in person.http.cookies.jar)


async def member(house: House, name: str) -> tuple[Person, FakeAccount]:
    person = await house.world.friend(name)
    return person, next(a for a in house.world.plex.accounts.all if a.username == name)


async def enrol(person: Person) -> tuple[pyotp.TOTP, list[str]]:
    """With the code of the step before, so that the present one is still to be used."""
    started = (await person.post("/auth/2fa/totp")).raise_for_status().json()
    totp = pyotp.TOTP(started["secret"])
    answer = await person.post("/auth/2fa/totp/verify", {"code": code_of(totp, steps=-1)})
    if answer.status_code == 422:
        # The next step had begun before it arrived, which happens once in half a minute.
        answer = await person.post("/auth/2fa/totp/verify", {"code": code_of(totp, steps=-1)})
    return totp, answer.raise_for_status().json()["codes"]


def code_of(totp: pyotp.TOTP, *, steps: int = 0) -> str:
    return totp.at(datetime.now(UTC), counter_offset=steps)


async def plex_first_step(house: House, account: FakeAccount) -> tuple[Person, dict[str, Any]]:
    person = await house.world.person()
    await person.arrive()
    started = (await person.post("/auth/plex/pin")).raise_for_status().json()
    house.world.plex.claim_pin(started["code"], account)
    answer = (await person.post("/auth/plex/verify", {"loginId": started["loginId"]})).raise_for_status()
    return person, {**answer.json(), "loginId": started["loginId"]}


async def passwords_first_step(house: House) -> tuple[Person, dict[str, Any]]:
    person = await house.world.person()
    await person.arrive()
    return person, (await person.post("/auth/login", LOGIN)).raise_for_status().json()


async def answer(person: Person, asked: dict[str, Any], code: Any) -> httpx.Response:
    return await person.post("/auth/login/mfa", {"challengeId": asked["challengeId"], "code": code})


async def make_stale(house: House, person: Person) -> None:
    """As if the person had proved who they are a quarter of an hour ago."""
    connection = await asyncpg.connect(house.urls.database_url, timeout=10)
    try:
        await connection.execute(
            "update auth.sessions set auth_time = now() - interval '15 minutes' where user_id = $1",
            UUID(person.user["id"]),
        )
    finally:
        await connection.close()
    await person.refresh()


async def told(person: Person, kind: str) -> bool:
    items = (await person.get("/notifications")).raise_for_status().json()["items"]
    return any(item["type"] == kind for item in items)


def test_attack_65_a_code_is_good_once(house: House) -> None:
    house.do(_a_code_is_good_once(house))


async def _a_code_is_good_once(house: House) -> None:
    person, account = await member(house, "Una")
    totp, _ = await enrol(person)
    browsers = [await plex_first_step(house, account) for _ in range(4)]
    code = code_of(totp)
    answers = await asyncio.gather(*(answer(*browsers[n % 4], code) for n in range(20)))
    statuses = sorted(each.status_code for each in answers)
    assert statuses.count(200) == 1 and set(statuses) <= {200, 401, 410, 429}
    await house.forgive()
    again, asked = await plex_first_step(house, account)
    assert (await answer(again, asked, code)).json()["code"] == "INVALID_CODE"
    assert not holds_session(again)


@pytest.mark.parametrize(
    "code",
    [
        "",
        " ",
        "１２３４５６",
        "123 456",
        "123456 ",
        "12345",
        "1234567",
        "123456\n",
        123456,
        None,
        True,
        ["123456"],
    ],
)
def test_attack_65_what_is_no_code_is_refused_before_it_is_judged(house: House, code: Any) -> None:
    refused = house.do(answer(house.nobody, {"challengeId": "x" * 43}, code))
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert [error["field"] for error in refused.json()["errors"]] == ["code"]


def test_attack_67_a_recovery_code_is_good_once_and_for_its_owner(house: House) -> None:
    house.do(_a_recovery_code_is_good_once(house))


async def _a_recovery_code_is_good_once(house: House) -> None:
    person, account = await member(house, "Rita")
    other, others_account = await member(house, "Otto")
    _, codes = await enrol(person)
    await enrol(other)
    browsers = [await plex_first_step(house, account) for _ in range(2)]
    answers = await asyncio.gather(*(answer(*each, codes[0].lower()) for each in browsers))
    assert sorted(each.status_code for each in answers) == [200, 401]
    foreign, asked = await plex_first_step(house, others_account)
    assert (await answer(foreign, asked, codes[1])).status_code == 401
    state = (await winner_of(answers, browsers).get("/auth/2fa")).json()
    assert (state["recoveryCodesLeft"], state["recoveryCodesLow"]) == (9, False)


def winner_of(answers: list[httpx.Response], browsers: list[tuple[Person, Any]]) -> Person:
    return next(
        person for (person, _), each in zip(browsers, answers, strict=True) if each.status_code == 200
    )


def test_attack_68_no_way_leads_past_the_second_factor(house: House) -> None:
    house.do(_no_way_leads_past(house))


async def _no_way_leads_past(house: House) -> None:
    member_of, account = await member(house, "Skip")
    _, members_codes = await enrol(member_of)
    await house.back(house.olive)
    _, owners_codes = await enrol(house.olive)
    for browser, asked in (await plex_first_step(house, account), await passwords_first_step(house)):
        assert asked["mfaRequired"] is True and asked["methods"] == ["totp", "recovery_code"]
        assert "accessToken" not in asked and not holds_session(browser)
        challenge = asked["challengeId"]
        # The challenge opens nothing by itself, wherever it is put.
        assert (await browser.get("/auth/session")).status_code == 401
        bearer = {"Authorization": f"Bearer {challenge}"}
        assert (await browser.get("/auth/session", headers=bearer)).status_code == 401
        assert (await house.nobody.post("/auth/refresh", {"refreshToken": challenge})).status_code == 401
        jar = {cookie.name: challenge for cookie in member_of.http.cookies.jar}
        stolen = await house.nobody.http.get("/api/v1/auth/session", cookies=jar)
        house.nobody.http.cookies.clear()
        await house.nobody.arrive()
        assert stolen.status_code == 401
        # Step 2 with nothing in it, with something else in it, and in another browser.
        for body in (
            None,
            {},
            {"challengeId": challenge},
            {"challengeId": challenge, "code": ""},
            {"code": "123456"},
        ):
            assert (await browser.post("/auth/login/mfa", body)).status_code == 422
        assert (await answer(house.nobody, asked, owners_codes[0])).status_code == 410
        # A challenge of one kind is none of another.
        question = (await browser.post("/auth/passkeys/login/options")).raise_for_status().json()
        assert (await answer(browser, question, owners_codes[0])).status_code == 410
        key = SoftPasskey(house.world.product.url)
        key.device.cred_init("localhost", b"x")
        login = {"challengeId": challenge, "passkey": key.get(question["options"])}
        assert (await browser.post("/auth/passkeys/login", login)).status_code == 410
        assert not holds_session(browser)
    # Step 2 before step 1.
    early = await house.world.person()
    await early.arrive()
    assert (await answer(early, {"challengeId": uuid4().hex}, members_codes[0])).status_code == 410
    # The browser that comes back from Plex by itself is asked as well, and gets the same challenge.
    browser, asked = await plex_first_step(house, account)
    back = await browser.http.get(f"/login/plex/{asked['loginId']}")
    assert back.status_code == 303 and asked["challengeId"] in back.headers["location"].partition("#")[2]
    assert not holds_session(browser)
    signed_in = await answer(browser, asked, members_codes[0])
    browser.signed_in(signed_in)
    assert (await browser.get("/auth/session")).json()["session"]["method"] == "plex"
    assert (await answer(browser, asked, members_codes[1])).status_code == 410
    # A new password does not stand for the second factor.
    link = (await house.olive.post(f"/admin/users/{member_of.user['id']}/reset-link")).raise_for_status()
    browser = await house.world.person()
    await browser.arrive()
    new = {"token": link.json()["url"].partition("#token=")[2], "newPassword": "eleven grey herons wade"}
    (await browser.post("/auth/password/reset", new)).raise_for_status()
    assert not holds_session(browser)
    login = {"email": account.email, "password": new["newPassword"]}
    asked = (await browser.post("/auth/login", login)).raise_for_status().json()
    assert asked["mfaRequired"] is True and not holds_session(browser)
    browser.signed_in(await answer(browser, asked, members_codes[1]))
    await turn_off(house.olive, owners_codes[1])


async def turn_off(person: Person, code: str, password: str | None = OWNER_PASSWORD) -> None:
    body = {"code": code} | ({"password": password} if password else {})
    response = await person.http.request(
        "DELETE", "/api/v1/auth/2fa", json=body, headers={"X-CSRF-Token": person.csrf}
    )
    assert response.status_code == 204, response.text


def test_attack_69_factors_change_by_ones_own_hand_only(house: House) -> None:
    house.do(_factors_change_by_ones_own_hand(house))


async def _factors_change_by_ones_own_hand(house: House) -> None:
    person, _ = await member(house, "Cass")
    changes: list[tuple[str, str, Any]] = [
        ("POST", "/auth/2fa/totp", None),
        ("POST", "/auth/2fa/totp/verify", {"code": "123456"}),
        ("POST", "/auth/2fa/recovery-codes", {"code": "123456"}),
        ("DELETE", "/auth/2fa", {"code": "123456"}),
        ("POST", "/auth/passkeys/options", None),
        ("DELETE", f"/auth/passkeys/{uuid4()}", None),
        ("POST", "/auth/step-up", {"password": "anything at all"}),
    ]

    async def send(change: tuple[str, str, Any], **headers: str) -> httpx.Response:
        method, path, body = change
        return await person.http.request(method, f"/api/v1{path}", json=body, headers=headers)

    good = {"X-CSRF-Token": person.csrf}
    for change in changes:
        assert (await send(change)).json()["code"] == "CSRF_MISSING", change
        for foreign in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert (await send(change, **good, **foreign)).json()["code"] == "ORIGIN_REFUSED", change
    # While an enrolment waits for its first code nothing is on, and nothing can be turned off.
    (await person.post("/auth/2fa/totp")).raise_for_status()
    state = (await person.get("/auth/2fa")).json()
    assert (state["totp"], state["methods"], state["recoveryCodesLeft"]) == (False, [], 0)
    for change in changes[2:4]:
        refused = await send(change, **good)
        assert (refused.status_code, refused.json()["code"]) == (409, "SECOND_FACTOR_OFF")
    # Not freshly signed in.
    await make_stale(house, person)
    good = {"X-CSRF-Token": person.csrf}
    for change in changes[:6]:
        refused = await send(change, **good)
        assert (refused.status_code, refused.json()["code"]) == (403, "REAUTH_REQUIRED"), change
        assert refused.json()["methods"] == ["plex"]
    assert (await person.get("/auth/2fa")).json()["methods"] == []


def test_step_up_opens_what_is_closed_and_attack_23_leaves_nothing_of_the_old_session(house: House) -> None:
    house.do(_step_up(house))


async def _step_up(house: House) -> None:
    await house.back(house.olive)
    olive = house.olive
    await make_stale(house, olive)
    before = {cookie.name: cookie.value for cookie in olive.http.cookies.jar}
    token, csrf = olive.token, olive.csrf
    closed = await olive.post("/auth/2fa/totp")
    assert closed.json()["code"] == "REAUTH_REQUIRED" and closed.json()["methods"] == ["password"]
    wrong = await olive.post("/auth/step-up", {"password": "not this one"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "PROOF_REFUSED")
    olive.signed_in(await olive.post("/auth/step-up", {"password": OWNER_PASSWORD}))
    after = {cookie.name: cookie.value for cookie in olive.http.cookies.jar}
    for kind in ("mn_at", "mn_rt", "mn_csrf"):
        name = next(each for each in before if each.startswith(kind))
        assert before[name] != after[name]
    assert (await olive.post("/auth/2fa/totp")).status_code == 200
    stolen = {"Authorization": f"Bearer {token}"}

    async def old_is_dead() -> bool:
        return (await house.nobody.get("/auth/session", headers=stolen)).status_code == 401

    await eventually(old_is_dead)
    assert (await house.nobody.post("/auth/refresh", {"refreshToken": refresh_of(before)})).status_code == 401
    await house.nobody.arrive()
    assert (await olive.post("/auth/2fa/totp", headers={"X-CSRF-Token": csrf})).status_code == 403
    items = (await olive.get("/auth/devices")).json()["items"]
    assert sum(item["current"] for item in items) == 1


def refresh_of(cookies: dict[str, str | None]) -> str:
    return next(value or "" for name, value in cookies.items() if name.startswith("mn_rt"))


def test_a_passkey_signs_in_alone_and_as_second_factor(house: House) -> None:
    house.do(_passkeys(house))


async def add_passkey(person: Person, key: SoftPasskey, name: str = "Phone") -> httpx.Response:
    asked = (await person.post("/auth/passkeys/options")).raise_for_status().json()
    body = {"challengeId": asked["challengeId"], "name": name, "credential": key.create(asked["options"])}
    return await person.post("/auth/passkeys", body)


async def _passkeys(house: House) -> None:
    origin = house.world.product.url
    person, account = await member(house, "Pia")
    stranger, _ = await member(house, "Stan")
    assert (await person.get("/auth/providers")).json()["passkeys"] is True
    key = SoftPasskey(origin)
    for wrong in (SoftPasskey("https://evil.example"), SoftPasskey(origin, verifies=False)):
        refused = await add_passkey(person, wrong)
        assert (refused.status_code, refused.json()["code"]) == (401, "PASSKEY_REFUSED")
    added = (await add_passkey(person, key)).raise_for_status().json()
    assert len(added["recoveryCodes"]) == 10
    (listed,) = (await person.get("/auth/passkeys")).json()["items"]
    assert listed == added["passkey"] and listed["name"] == "Phone"
    assert await eventually(lambda: told(person, "security.second_factor_changed"))
    # Somebody else's is not there.
    assert (await stranger.delete(f"/auth/passkeys/{listed['id']}")).status_code == 404
    # Alone, in a browser that knows nothing.
    fresh = await house.world.person()
    await fresh.arrive()
    asked = (await fresh.post("/auth/passkeys/login/options")).raise_for_status().json()
    assert asked["options"]["allowCredentials"] == []
    body = {"challengeId": asked["challengeId"], "passkey": key.get(asked["options"])}
    other = await house.world.person()
    await other.arrive()
    assert (await other.post("/auth/passkeys/login", body)).status_code == 410
    asked = (await fresh.post("/auth/passkeys/login/options")).raise_for_status().json()
    body = {"challengeId": asked["challengeId"], "passkey": key.get(asked["options"])}
    fresh.signed_in(await fresh.post("/auth/passkeys/login", body))
    assert fresh.user["id"] == person.user["id"]
    assert (await fresh.get("/auth/session")).json()["session"]["method"] == "passkey"
    assert (await fresh.post("/auth/passkeys/login", body)).status_code == 410, "an answer is good once"
    # As the second factor after Plex; what was signed for one question answers no other.
    browser, asked = await plex_first_step(house, account)
    assert asked["methods"] == ["passkey", "recovery_code"]
    first, second = [
        (await browser.post("/auth/passkeys/login/options", {"challengeId": asked["challengeId"]}))
        .raise_for_status()
        .json()
        for _ in range(2)
    ]
    assert [each["id"] for each in second["options"]["allowCredentials"]] == [
        key.get(second["options"])["id"]
    ]
    old = {"challengeId": asked["challengeId"], "passkey": key.get(first["options"])}
    assert (await browser.post("/auth/login/mfa", old)).json()["code"] == "PASSKEY_REFUSED"
    third = (await browser.post("/auth/passkeys/login/options", {"challengeId": asked["challengeId"]})).json()
    unverified = SoftPasskey(origin, verifies=False)
    unverified.device = key.device
    tried = {"challengeId": asked["challengeId"], "passkey": unverified.get(third["options"])}
    assert (await browser.post("/auth/login/mfa", tried)).json()["code"] == "PASSKEY_REFUSED"
    last = (await browser.post("/auth/passkeys/login/options", {"challengeId": asked["challengeId"]})).json()
    right = {"challengeId": asked["challengeId"], "passkey": key.get(last["options"])}
    browser.signed_in(await browser.post("/auth/login/mfa", right))
    # To prove afresh who one is, for somebody without a password.
    await make_stale(house, browser)
    closed = await browser.post("/auth/2fa/totp")
    assert closed.json()["methods"] == ["passkey", "plex"]
    asked = (await browser.post("/auth/passkeys/login/options")).raise_for_status().json()
    proof = {"challengeId": asked["challengeId"], "passkey": key.get(asked["options"])}
    browser.signed_in(await browser.post("/auth/step-up", proof))
    assert (await browser.delete(f"/auth/passkeys/{listed['id']}")).status_code == 204
    _, after = await plex_first_step(house, account)
    assert "accessToken" in after, "without a factor none is asked for"


@pytest.mark.parametrize("field", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
def test_a_passkeys_answer_that_was_changed_is_refused(house: House, field: str) -> None:
    house.do(_changed_answer(house, field))


def _other_end(text: str) -> str:
    return text[:-6] + "AAAAAA"


def _cut(text: str) -> str:
    return text[:9]


def _repeated(text: str) -> str:
    return text * 3


async def _changed_answer(house: House, field: str) -> None:
    person, _ = await member(house, f"Mal{field.lower()}")
    key = SoftPasskey(house.world.product.url)
    (await add_passkey(person, key)).raise_for_status()
    browser = await house.world.person()
    await browser.arrive()
    for spoil in (_other_end, _cut, _repeated):
        asked = (await browser.post("/auth/passkeys/login/options")).raise_for_status().json()
        passkey = json.loads(json.dumps(key.get(asked["options"])))
        passkey["response"][field] = spoil(passkey["response"][field])
        refused = await browser.post(
            "/auth/passkeys/login", {"challengeId": asked["challengeId"], "passkey": passkey}
        )
        assert refused.json()["code"] == "PASSKEY_REFUSED", refused.text
    assert not holds_session(browser)


def test_an_administrator_resets_who_has_lost_everything(house: House) -> None:
    house.do(_reset(house))


async def _reset(house: House) -> None:
    await house.back(house.olive)
    person, account = await member(house, "Lotte")
    await enrol(person)
    (await add_passkey(person, SoftPasskey(house.world.product.url))).raise_for_status()
    path = f"/admin/users/{person.user['id']}/reset-2fa"
    assert (await person.post(path)).status_code == 403
    await make_stale(house, house.olive)
    assert (await house.olive.post(path)).json()["code"] == "REAUTH_REQUIRED"
    await house.back(house.olive)
    assert (await house.olive.post(path)).status_code == 204

    async def is_out() -> bool:
        return (await person.get("/auth/session")).status_code == 401

    assert await eventually(is_out)
    await person.sign_in_with_plex(house.world.plex, account)
    assert (await person.get("/auth/2fa")).json()["methods"] == []

    async def is_told() -> bool:
        items = (await person.get("/notifications")).raise_for_status().json()["items"]
        return any(item["data"].get("change") == "reset_by_admin" for item in items)

    await eventually(is_told)
