"""Personal tokens and invitations from outside. Numbers are those of the auth design's list of attacks."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from medianest.testing import AT_ONCE, eventually
from medianest_common.contracts.live import CloseCode
from medianest_common.security.personal_tokens import new_personal_token
from medianest_common.testing.live_client import LiveClient
from tests.security.conftest import House
from tests.world import OWNER_EMAIL, OWNER_PASSWORD, Person

PASSWORD = "eleven quiet lighthouses"


async def _token(person: Person, *scopes: str, name: str) -> dict[str, Any]:
    body = {"name": name, "scopes": scopes or ["read"]}
    made: dict[str, Any] = (await person.post("/auth/tokens", body)).raise_for_status().json()
    return made


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def _get(house: House, token: str, path: str = "/users/me", **options: Any) -> httpx.Response:
    return await house.nobody.get(path, headers=_bearer(token), **options)


async def _is_dead(house: House, token: str) -> bool:
    return (await _get(house, token)).status_code == 401


async def _invite(person: Person, **body: Any) -> str:
    made = (await person.post("/auth/invites", body)).raise_for_status().json()
    return str(made["url"].partition("#token=")[2])


def _newcomer(token: str, name: str, **more: Any) -> dict[str, Any]:
    return {"token": token, "name": name, "email": f"{name}@example.net", "password": PASSWORD} | more


def test_a_script_does_with_its_token_what_its_person_could(house: House) -> None:
    """sct/overseerr#3072: there was no key for ordinary users."""

    async def run() -> None:
        made = await _token(house.frida, "read", "request", "notifications", name="all of it")
        script = await house.world.person()
        headers = _bearer(made["token"])
        assert (await script.get("/users/me", headers=headers)).json()["id"] == house.frida.user["id"]
        body = {"mediaType": "movie", "tmdbId": 3}
        asked = await script.http.post("/api/v1/media/request", json=body, headers=headers)
        assert asked.status_code == 201 and "set-cookie" not in asked.headers
        listed = (await script.get("/media/requests", headers=headers)).json()["items"]
        assert asked.json()["id"] in {each["id"] for each in listed}
        [shown] = [
            t for t in (await house.frida.get("/auth/tokens")).json()["items"] if t["id"] == made["id"]
        ]
        assert "token" not in shown and made["token"].startswith(shown["hint"])
        url = f"ws://localhost:{house.world.product.port}/api/v1/ws"
        async with LiveClient(url, token=made["token"], reconnect=False) as live:
            await house.frida.delete(f"/auth/tokens/{made['id']}")
            assert await live.closed() == CloseCode.REVOKED

    house.do(run())


def test_attack_8_no_token_passes_for_one_of_another_kind(house: House) -> None:
    async def run() -> None:
        olive = house.olive
        cookies = {c.name.split("_")[1]: c.value or "" for c in olive.http.cookies.jar}
        personal = (await _token(olive, name="not a session"))["token"]
        invite = await _invite(olive)
        others = {cookies["rt"], cookies["dev"], cookies["csrf"], invite, new_personal_token()[1]}
        for token in others:
            assert (await _get(house, token)).status_code == 401
        access = next(c.name for c in olive.http.cookies.jar if c.name.startswith("mn_at"))
        for token in {*others, personal}:
            answer = await house.nobody.get("/users/me", headers={"Cookie": f"{access}={token}"})
            assert answer.status_code == 401, "a personal token is no cookie"
        for token in {*others, personal, olive.token}:
            if token != cookies["rt"]:
                answer = await house.nobody.post("/auth/refresh", {"refreshToken": token})
                assert answer.status_code in (401, 422), "an access token is too long to be one"
                # The refusal has taken the cookies away.
                await house.nobody.arrive()
            if token != invite:
                answer = await house.nobody.post("/auth/invites/look", {"token": token})
                assert answer.status_code in (410, 422)
        await house.forgive()

    house.do(run())


def test_attack_13_a_personal_token_wins_over_a_cookie_and_a_wrong_one_is_not_mended(house: House) -> None:
    async def run() -> None:
        frida, olive = house.frida, house.olive
        token = (await _token(frida, name="stronger than a cookie"))["token"]
        answer = await olive.get("/users/me", headers=_bearer(token))
        assert answer.json()["id"] == frida.user["id"]
        wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
        assert (await olive.get("/users/me", headers=_bearer(wrong))).status_code == 401
        two = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
        assert (await olive.http.get("/api/v1/users/me", headers=two)).status_code == 400

    house.do(run())


def test_attack_73_nothing_about_the_account_is_done_with_a_token(house: House) -> None:
    """Immich CVE-2026-23896: a key could give itself more rights."""

    async def run() -> None:
        made = await _token(house.olive, "read", "request", "notifications", "download", "admin", name="most")
        headers = _bearer(made["token"])
        attempts = [
            ("POST", "/auth/tokens", {"name": "more", "scopes": ["admin"]}),
            ("PATCH", f"/auth/tokens/{made['id']}", {"scopes": ["admin"]}),
            ("DELETE", f"/auth/tokens/{made['id']}", None),
            ("GET", "/auth/tokens", None),
            ("GET", "/auth/session", None),
            ("POST", "/auth/logout", {"allSessions": True}),
            ("POST", "/auth/invites", {"role": "admin"}),
            ("POST", "/admin/invites", {"role": "admin"}),
            ("PATCH", "/users/me", {"name": "Mallory"}),
            ("GET", "/csrf", None),
            ("POST", "/auth/login", {"email": OWNER_EMAIL, "password": OWNER_PASSWORD}),
        ]
        for method, path, body in attempts:
            answer = await house.nobody.http.request(method, f"/api/v1{path}", json=body, headers=headers)
            assert answer.status_code == 403, f"{method} {path}: {answer.text}"
        let_in = await house.nobody.http.post("/api/v1/admin/invites", json={}, headers=headers)
        assert let_in.status_code == 201, "people may be invited by a script, administrators not"

    house.do(run())


@pytest.mark.parametrize(
    "name", ["token", "access_token", "api_key", "apikey", "apiKey", "X-Api-Key", "ticket"]
)
def test_attack_73_no_token_is_taken_from_an_address(house: House, name: str) -> None:
    async def run() -> None:
        token = (await _token(house.olive, name=f"in {name}"))["token"]
        for path in ("/users/me", "/media/requests", "/events"):
            assert (await house.nobody.get(path, params={name: token})).status_code == 401
        assert token not in house.world.product.log.read_text()

    house.do(run())


def test_attack_73_demoted_suspended_and_deleted_owners_are_felt_at_once(house: House) -> None:
    async def run() -> None:
        person = await house.world.person()
        await person.arrive()
        invite = await _invite(house.olive, role="admin")
        person.signed_in(await person.post("/auth/invites/accept", _newcomer(invite, "tilda")))
        token = (await _token(person, "read", "admin", name="of an administrator"))["token"]
        me = f"/api/v1/admin/users/{person.user['id']}"

        async def admin(method: str, **body: Any) -> None:
            headers = {"X-CSRF-Token": house.olive.csrf}
            answer = await house.olive.http.request(method, me, json=body or None, headers=headers)
            answer.raise_for_status()

        async def status(path: str) -> int:
            return (await _get(house, token, path)).status_code

        assert await status("/admin/users") == 200
        await admin("PATCH", role="user")
        await _soon(lambda: status("/admin/users"), 403)
        assert await status("/users/me") == 200
        await admin("PATCH", status="suspended")
        await _soon(lambda: status("/users/me"), 401)
        await admin("PATCH", status="active")
        await eventually(lambda: _equals(status("/users/me"), 200))
        await admin("DELETE")
        await _soon(lambda: status("/users/me"), 401)

    house.do(run())


async def _equals(answer: Awaitable[int], wanted: int) -> bool:
    return await answer == wanted


async def _soon(probe: Callable[[], Awaitable[int]], wanted: int) -> None:
    await eventually(lambda: _equals(probe(), wanted), within=AT_ONCE)


def test_a_revoked_token_is_dead_within_a_second_and_revoking_it_is_not_in_the_way_of_others(
    house: House,
) -> None:
    async def run() -> None:
        made, other = [await _token(house.frida, name=name) for name in ("short lived", "longer lived")]
        assert (await _get(house, made["token"])).status_code == 200
        (await house.frida.delete(f"/auth/tokens/{made['id']}")).raise_for_status()
        await eventually(lambda: _is_dead(house, made["token"]), within=AT_ONCE)
        assert (await _get(house, other["token"])).status_code == 200
        theirs = f"/admin/users/{house.frida.user['id']}/tokens"
        assert other["id"] in {each["id"] for each in (await house.olive.get(theirs)).json()["items"]}
        (await house.olive.delete(f"{theirs}/{other['id']}")).raise_for_status()
        await eventually(lambda: _is_dead(house, other["token"]), within=AT_ONCE)

    house.do(run())


def test_attack_54_an_invitation_over_http_lets_one_in(house: House) -> None:
    async def run() -> None:
        token = await _invite(house.olive, note="one of five")
        people = [await house.world.person() for _ in range(5)]
        for person in people:
            await person.arrive()
        view = await people[0].post("/auth/invites/look", {"token": token})
        assert set(view.json()) == {"invitedBy", "role", "expiresAt"}
        answers = await asyncio.gather(
            *(
                person.post("/auth/invites/accept", _newcomer(token, f"newcomer{n}"))
                for n, person in enumerate(people)
            )
        )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses[0] == 201 and set(statuses[1:]) <= {410, 503}, statuses
        [won] = [p for p, answer in zip(people, answers, strict=True) if answer.status_code == 201]
        assert (await won.get("/auth/session")).json()["user"]["role"] == "user"
        await house.nobody.arrive()
        assert (await house.nobody.post("/auth/invites/look", {"token": token})).status_code == 410
        assert token not in house.world.product.log.read_text()

    house.do(run())


def test_attack_34_76_an_invitation_is_accepted_on_our_page_and_gives_what_it_says(house: House) -> None:
    async def run() -> None:
        token = await _invite(house.olive)
        visitor = await house.world.person()
        foreign = await visitor.post("/auth/invites/accept", _newcomer(token, "nora"))
        assert (foreign.status_code, foreign.json()["code"]) == (403, "CSRF_MISSING")
        await visitor.arrive()
        for more in ({"role": "admin"}, {"status": "active"}, {"userId": house.olive.user["id"]}):
            assert (
                await visitor.post("/auth/invites/accept", _newcomer(token, "nora", **more))
            ).status_code == 422
        look_alike = await visitor.post("/auth/invites/accept", _newcomer(token, "0live"))
        assert look_alike.status_code == 422, "attack 94"
        assert (await visitor.post("/auth/invites/accept", _newcomer(token, "nora"))).status_code == 201

    house.do(run())


def test_attack_56_wrong_tokens_and_wrong_basic_passwords_are_counted_together(house: House) -> None:
    """CVE-2026-47203: each door had a bucket of its own. The house of these tests is generous a hundred thousand fold,
    so what is looked at is the counter."""

    async def run() -> None:
        async def counted() -> int:
            answer = await house.nobody.get("/users/me", headers=_bearer("mnp_nonsense"))
            assert answer.status_code == 401
            async with Redis.from_url(house.urls.valkey_url, socket_timeout=5) as valkey:
                keys = [key async for key in valkey.scan_iter(match="*bad-tokens*", count=1000)]
                return sum([int(await valkey.get(key) or 0) for key in keys])

        before = await counted()
        for headers in (
            {"Authorization": "Basic ZnJpZGE6bW5wX25vbnNlbnNl"},
            _bearer(new_personal_token()[1]),
            # pragma: allowlist nextline secret
            _bearer("eyJhbGciOiJub25lIn0.e30."),
        ):
            assert (await house.nobody.get("/auth/verify", headers=headers)).status_code == 401
        assert await counted() == before + 4

    house.do(run())
