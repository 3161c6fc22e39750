"""Attacks on passwords, their limits and their reset: from outside, on the whole product, with a real mail server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from sqlalchemy.engine import make_url

from medianest.embedded.servers import urls_of_running
from medianest.testing import AT_ONCE, eventually
from medianest_common.testing.mail_server import MailServer, link_in, text_of
from tests.security.counting import counted_in_one_place, forgive
from tests.world import OWNER_EMAIL, OWNER_PASSWORD, Person, World, world

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROXY = "127.0.0.2"
"""Whom the product trusts to say who its client is; everybody else comes from 127.0.0.1."""
WRONG = "a password that is wrong"
_addresses = (f"198.51.{n // 250}.{n % 250 + 1}" for n in count())
_passwords = (f"seven silver rivers sing {n}{n}" for n in count(10))


@dataclass
class Nest:
    world: World
    mail: MailServer
    olive: Person
    stack: AsyncExitStack
    password: str = OWNER_PASSWORD

    async def visitor(self, address: str | None = "", **headers: str) -> Person:
        """Somebody behind the trusted proxy with an address of their own, or at `address`; None says nothing of it."""
        if address is not None:
            headers["X-Forwarded-For"] = address or next(_addresses)
        transport = httpx.AsyncHTTPTransport(local_address=PROXY)
        url = self.world.product.url
        client = httpx.AsyncClient(transport=transport, base_url=url, timeout=60, headers=headers)
        person = Person(self.world.product, await self.stack.enter_async_context(client))
        await person.arrive()
        return person

    async def signed_in(self, **headers: str) -> Person:
        person = await self.visitor(**headers)
        person.signed_in(await self.try_as(person, OWNER_EMAIL, self.password))
        return person

    async def try_as(self, person: Person, email: str, password: str, **options: Any) -> httpx.Response:
        return await person.post("/auth/login", {"email": email, "password": password}, **options)

    async def forgive(self) -> None:
        await forgive(self.world.product.data_dir)

    async def mailed_link(self, asker: Person | None = None, **options: Any) -> str:
        asker = asker or await self.visitor()
        answer = await asker.post("/auth/password/forgot", {"email": OWNER_EMAIL}, **options)
        assert answer.status_code == 202, answer.text
        return link_in(await self.mail.next("Choose"))

    async def sql(self, statement: str, *values: Any) -> list[Any]:
        urls = urls_of_running(self.world.product.data_dir)
        assert urls
        dsn = make_url(urls.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            return list(await connection.fetch(statement, *values, timeout=10))
        finally:
            await connection.close(timeout=10)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Nest]:
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(MailServer.start())
        found = await stack.enter_async_context(
            world(
                tmp_path_factory.mktemp("nest") / "data",
                smtp_url=mail.url,
                mail_from="MediaNest <nest@example.org>",
                trusted_proxies=PROXY,
                rate_limit_scale="100000",
            )
        )
        yield Nest(found, mail, await found.owner(), stack)


@pytest_asyncio.fixture(loop_scope="module")
async def nest(shared: Nest) -> Nest:
    """The same one for all, without what earlier tests have tried too often."""
    await shared.forgive()
    shared.mail.mails.clear()
    return shared


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_attack_22_others_are_out_within_a_second_of_a_new_password_and_oneself_is_not(
    nest: Nest,
) -> None:
    here, there = await nest.signed_in(), await nest.signed_in()
    socket = await nest.world.listen(there)
    new = next(_passwords)
    body = {"currentPassword": nest.password, "newPassword": new}
    answer = await here.post("/auth/password/change", body)
    assert answer.status_code == 200 and answer.json()["sessionsEnded"] >= 1
    nest.password = new
    await eventually(lambda: _is_out(there), within=AT_ONCE)
    await there.arrive()
    assert (await there.post("/auth/refresh")).status_code == 401
    assert (await here.get("/auth/session")).status_code == 200
    assert await socket.closed(within=AT_ONCE) == 4403
    assert await nest.mail.next("Your password was changed")
    await eventually(lambda: _is_told(here, "security.password_changed"))


async def _is_out(person: Person) -> bool:
    return (await person.get("/users/me")).status_code == 401


async def _is_told(person: Person, kind: str) -> bool:
    return kind in {item["type"] for item in (await person.get("/notifications")).json()["items"]}


@counted_in_one_place
async def test_attack_55_six_wrong_passwords_share_one_counter_however_the_address_is_spelt(
    nest: Nest,
) -> None:
    spellings = [
        OWNER_EMAIL,
        OWNER_EMAIL.upper(),
        "ｏｌｉｖｅ@example.org",
        f" {OWNER_EMAIL} ",
        "Olive@Example.Org",
    ]
    for spelling in spellings:
        stranger = await nest.visitor()
        assert _code(await nest.try_as(stranger, spelling, WRONG)) == (401, "INVALID_CREDENTIALS")
    limited = await nest.try_as(await nest.visitor(), OWNER_EMAIL, nest.password)
    assert _code(limited) == (429, "TOO_MANY_ATTEMPTS")
    assert int(limited.headers["retry-after"]) >= 1


@counted_in_one_place
async def test_attack_56_a_password_opens_no_other_door(nest: Nest) -> None:
    stranger = await nest.visitor()
    for path in ("/users/me", "/auth/session", "/media/requests", "/events"):
        answer = await stranger.get(path, auth=(OWNER_EMAIL, nest.password))
        assert answer.status_code == 401 and "set-cookie" not in answer.headers
    holder = await nest.signed_in()
    for _ in range(5):
        body = {"currentPassword": WRONG, "newPassword": "an owl in the attic sings"}
        answer = await holder.post("/auth/password/change", body)
        assert _code(answer) == (403, "CURRENT_PASSWORD_WRONG")
    again = await nest.try_as(holder, OWNER_EMAIL, nest.password)
    assert _code(again) == (429, "TOO_MANY_ATTEMPTS"), "tries at one door count at the other"


@counted_in_one_place
async def test_attack_57_who_is_not_trusted_cannot_say_where_they_come_from(nest: Nest) -> None:
    stranger = await nest.world.person()
    await stranger.arrive()
    statuses = []
    for n in range(21):
        forged = f"203.0.113.{n}"
        headers = {
            "X-Forwarded-For": ", ".join([forged] * (1 if n % 2 else 200)),
            "X-Real-IP": forged,
            "Forwarded": f"for={forged}",
            "CF-Connecting-IP": forged,
            "True-Client-IP": f"2001:db8::{n:x}",
        }
        answer = await nest.try_as(stranger, f"user{n}@example.org", WRONG, headers=headers)
        statuses.append(answer.status_code)
    assert statuses == [401] * 20 + [429]


@counted_in_one_place
async def test_attack_57_one_household_of_ipv6_is_one_network(nest: Nest) -> None:
    statuses = []
    for n in range(21):
        visitor = await nest.visitor(f"2001:db8:1:2::{n:x}")
        statuses.append((await nest.try_as(visitor, f"user{n}@example.org", WRONG)).status_code)
    assert statuses == [401] * 20 + [429]


@counted_in_one_place
async def test_attack_58_behind_a_trusted_proxy_everybody_has_their_own_counter(nest: Nest) -> None:
    loud = await nest.visitor("203.0.113.50")
    for n in range(20):
        await nest.try_as(loud, f"user{n}@example.org", WRONG)
    assert (await nest.try_as(loud, "more@example.org", WRONG)).status_code == 429
    quiet = await nest.visitor("203.0.113.51")
    assert (await nest.try_as(quiet, OWNER_EMAIL, nest.password)).status_code == 200
    proxy_itself = await nest.visitor(None)
    assert (await nest.try_as(proxy_itself, OWNER_EMAIL, nest.password)).status_code == 200


@counted_in_one_place
async def test_attack_59_the_owner_gets_in_with_a_known_browser_while_strangers_attack(nest: Nest) -> None:
    home = await nest.signed_in()
    (await home.post("/auth/logout")).raise_for_status()
    for _ in range(8):
        await nest.try_as(await nest.visitor(), OWNER_EMAIL, WRONG)
    assert (await nest.try_as(await nest.visitor(), OWNER_EMAIL, nest.password)).status_code == 429
    await home.arrive()
    assert (await nest.try_as(home, OWNER_EMAIL, nest.password)).status_code == 200


async def test_attack_61_all_refusals_look_alike(nest: Nest) -> None:
    await nest.world.friend("Petra")
    suspended = await nest.world.friend("Sven")
    await nest.sql("update auth.users set status = 'suspended' where id = $1::uuid", suspended.user["id"])
    await nest.sql(
        "insert into auth.passwords select $1::uuid, hash, changed_at from auth.passwords limit 1",
        suspended.user["id"],
    )
    seen = []
    for email in (OWNER_EMAIL, "nobody@example.org", "petra@example.org", "sven@example.org", "no address"):
        stranger = await nest.visitor()
        password = WRONG if email == OWNER_EMAIL else nest.password
        for answer in (
            await nest.try_as(stranger, email, password),
            await stranger.post("/auth/password/forgot", {"email": email}),
        ):
            body = {name: value for name, value in answer.json().items() if name != "correlationId"}
            seen.append((answer.status_code, body, sorted(answer.headers)))
    assert [status for status, *_ in seen] == [401, 202] * 5
    assert seen[0::2] == [seen[0]] * 5 and seen[1::2] == [seen[1]] * 5


HOSTILE = [
    "seven-7",
    "eleven-char",
    "q8~" * 4 + "Zr" * 122 + "!",
    "x" * 1025,
    "x" * 900_000,
    "            ",
    "with a NUL \x00 inside",
    "half a \ud800 character",
    "\ufdfa" * 200,
    "",
]


async def test_attack_62_no_password_breaks_anything(nest: Nest) -> None:
    holder = await nest.signed_in()
    link = (await nest.mailed_link()).partition("#token=")[2]
    for password in HOSTILE:
        stranger = await nest.visitor()
        for person, path, body in (
            (stranger, "/auth/login", {"email": OWNER_EMAIL, "password": password}),
            (holder, "/auth/password/change", {"currentPassword": nest.password, "newPassword": password}),
            (holder, "/auth/password/change", {"currentPassword": password, "newPassword": WRONG}),
            (stranger, "/auth/password/reset", {"token": link, "newPassword": password}),
            (stranger, "/auth/password/reset", {"token": password, "newPassword": WRONG}),
            (stranger, "/auth/password/forgot", {"email": password}),
        ):
            answer = await _raw(person, path, body)
            assert answer.status_code in (202, 401, 403, 410, 413, 422), (path, answer.text)
            if path.endswith("change"):
                assert answer.status_code in (403, 413, 422)
        await nest.forgive()
    assert (await nest.try_as(await nest.visitor(), OWNER_EMAIL, nest.password)).status_code == 200


async def _raw(person: Person, path: str, body: dict[str, str]) -> httpx.Response:
    """As an attacker writes it: httpx itself would refuse to send half a character."""
    headers = {"X-CSRF-Token": person.csrf, "Content-Type": "application/json"}
    return await person.http.post(f"/api/v1{path}", content=json.dumps(body).encode(), headers=headers)


async def test_attack_62_passwords_that_differ_late_are_different_and_accents_compose(nest: Nest) -> None:
    long = "an owl in the attic sings of seven silver rivers under the quiet moon, X"
    assert len(long) == 72
    await _change(nest, long + "a crème brûlée")
    decomposed = long + "a cre\u0300me bru\u0302le\u0301e"
    assert (await nest.try_as(await nest.visitor(), OWNER_EMAIL, decomposed)).status_code == 200
    other = long + "b crème brûlée"
    assert (await nest.try_as(await nest.visitor(), OWNER_EMAIL, other)).status_code == 401


async def _change(nest: Nest, new: str) -> None:
    body = {"currentPassword": nest.password, "newPassword": new}
    (await (await nest.signed_in()).post("/auth/password/change", body)).raise_for_status()
    nest.password = new


async def test_attack_63_a_weak_or_used_password_is_refused_with_the_reason_and_none_without_the_present_one(
    nest: Nest,
) -> None:
    holder = await nest.signed_in()
    for weak in ("password1234", "olive@example.org", "MediaNest2026!", nest.password):
        body = {"currentPassword": nest.password, "newPassword": weak}
        answer = await holder.post("/auth/password/change", body)
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "newPassword"
        assert weak not in answer.text
    answer = await holder.post("/auth/password/change", {"newPassword": next(_passwords)})
    assert _code(answer) == (403, "CURRENT_PASSWORD_WRONG")
    friend = await nest.world.friend("Paula")
    await nest.sql(
        "update auth.sessions set auth_time = now() - interval '11 minutes' where user_id = $1::uuid",
        friend.user["id"],
    )
    await friend.refresh()
    answer = await friend.post("/auth/password/change", {"newPassword": next(_passwords)})
    assert _code(answer) == (403, "REAUTH_REQUIRED")


async def test_attack_64_an_old_hash_is_replaced_once_by_ten_sign_ins_at_the_same_time(nest: Nest) -> None:
    old = PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1).hash(nest.password)
    await nest.sql("update auth.passwords set hash = $1", old)
    people = [await nest.visitor() for _ in range(5)] + [await nest.signed_in() for _ in range(5)]
    answers = await asyncio.gather(*(nest.try_as(p, OWNER_EMAIL, nest.password) for p in people))
    assert 200 in (statuses := {answer.status_code for answer in answers}) and statuses <= {200, 503}
    rows = await nest.sql("select hash from auth.passwords where user_id = $1::uuid", nest.olive.user["id"])
    assert rows[0]["hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_attack_70_what_a_request_says_of_its_host_never_gets_into_the_mail(nest: Nest) -> None:
    base = f"{nest.world.product.url}/reset#token="
    stranger = await nest.world.person()
    await stranger.arrive()
    evil = {"Host": "evil.example"}
    answer = await stranger.post("/auth/password/forgot", {"email": OWNER_EMAIL}, headers=evil)
    assert answer.status_code == 421
    for headers in (
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"Forwarded": "host=evil.example", "X-Original-URL": "http://evil.example/"},
        {"Origin": nest.world.product.url, "Referer": "http://evil.example/"},
    ):
        await nest.forgive()
        for asker in (stranger, await nest.visitor()):
            link = await nest.mailed_link(asker, headers=headers)
            assert link.startswith(base)


async def test_attack_70_a_link_is_good_once_ends_all_sessions_and_signs_nobody_in(nest: Nest) -> None:
    holder = await nest.signed_in()
    old, link = [(await nest.mailed_link()).partition("#token=")[2] for _ in range(2)]
    visitors = [await nest.visitor() for _ in range(4)]
    new = [next(_passwords) for _ in visitors]
    refused = await visitors[0].post("/auth/password/reset", {"token": old, "newPassword": new[0]})
    assert _code(refused) == (410, "RESET_LINK_INVALID")
    answers = await asyncio.gather(
        *(
            person.post("/auth/password/reset", {"token": link, "newPassword": password})
            for person, password in zip(visitors, new, strict=True)
        )
    )
    statuses = [answer.status_code for answer in answers]
    # Whoever had to wait too long for a turn is told to come again, and comes too late.
    assert statuses.count(204) == 1 and set(statuses) <= {204, 410, 503}
    won = statuses.index(204)
    nest.password = new[won]
    again = await visitors[0].post("/auth/password/reset", {"token": link, "newPassword": new[0]})
    assert _code(again) == (410, "RESET_LINK_INVALID")
    assert "set-cookie" not in answers[won].headers and not answers[won].content
    assert await _is_out(visitors[won])
    await eventually(lambda: _is_out(holder), within=AT_ONCE)
    assert await nest.mail.next("Your password was changed")
    assert (await nest.try_as(await nest.visitor(), OWNER_EMAIL, nest.password)).status_code == 200


async def test_attack_70_a_reset_needs_the_token_of_this_browsers_page(nest: Nest) -> None:
    links = "select count(*) from auth.one_time_links where purpose = 'password_reset'"
    [(before,)] = await nest.sql(links)
    stranger = await nest.visitor()
    stranger.csrf = ""
    for path, body in (
        ("/auth/password/forgot", {"email": OWNER_EMAIL}),
        ("/auth/password/reset", {"token": "x", "newPassword": "y"}),
    ):
        assert (await stranger.post(path, body)).status_code == 403
    # What was asked for by then is made before what is asked for now.
    await nest.mailed_link()
    assert await nest.sql(links) == [(before + 1,)]


async def test_attack_70_other_secrets_are_no_reset_links_and_reset_links_are_no_other_secrets(
    nest: Nest,
) -> None:
    holder = await nest.signed_in()
    link = (await nest.mailed_link()).partition("#token=")[2]
    others = {holder.token, *(cookie.value or "" for cookie in holder.http.cookies.jar)} - {""}
    stranger = await nest.visitor()
    for token in others:
        answer = await stranger.post("/auth/password/reset", {"token": token, "newPassword": WRONG})
        assert answer.status_code in (410, 422)
    bearer = {"Authorization": f"Bearer {link}"}
    assert (await stranger.get("/users/me", headers=bearer)).status_code == 401
    assert (await stranger.post("/auth/refresh", {"refreshToken": link})).status_code == 401


async def test_an_administrator_hands_out_a_link_once(nest: Nest) -> None:
    boss, gustav = await nest.signed_in(), await nest.world.friend("Gustav")
    answer = await boss.post(f"/admin/users/{gustav.user['id']}/reset-link")
    assert answer.status_code == 201 and "no-store" in answer.headers["cache-control"]
    token = answer.json()["url"].partition("/reset#token=")[2]
    new = next(_passwords)
    stranger = await nest.visitor()
    reset = await stranger.post("/auth/password/reset", {"token": token, "newPassword": new})
    assert reset.status_code == 204, reset.text
    assert (await nest.try_as(stranger, "gustav@example.org", new)).status_code == 200
    refused = await gustav.post(f"/admin/users/{nest.olive.user['id']}/reset-link")
    assert refused.status_code in (401, 403)


async def test_the_sign_in_page_knows_that_mail_works_and_the_mail_says_what_it_is(nest: Nest) -> None:
    assert (await (await nest.visitor()).get("/auth/providers")).json()["passwordReset"] is True
    asker = await nest.visitor()
    await asker.post("/auth/password/forgot", {"email": OWNER_EMAIL})
    mail = await nest.mail.next("Choose")
    assert mail["To"] == OWNER_EMAIL and "30 minutes" in text_of(mail)
