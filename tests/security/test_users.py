"""Roles, suspension, names and leaving, from outside. Numbers are those of the auth design's list of attacks."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from medianest.testing import AT_ONCE, eventually
from medianest_common.contracts.live import CloseCode
from medianest_common.testing.live_client import LiveClient
from tests.security.conftest import House
from tests.security.test_secrets import _database, _files, _valkey
from tests.world import Person

_A_MINUTE = 150.0
"""On a machine that is slow. What waits for a time to come, as for a retention to pass, has hours before it."""


async def _change(house: House, person: Person, **body: Any) -> dict[str, Any]:
    answer = await _patch(house.olive, f"/admin/users/{person.user['id']}", body)
    changed: dict[str, Any] = answer.raise_for_status().json()
    return changed


async def _patch(person: Person, path: str, body: Any, **headers: str) -> httpx.Response:
    headers = {"X-CSRF-Token": person.csrf, **headers}
    return await person.http.patch(f"/api/v1{path}", json=body, headers=headers)


async def _delete(person: Person, path: str, body: Any = None) -> httpx.Response:
    headers = {"X-CSRF-Token": person.csrf}
    return await person.http.request("DELETE", f"/api/v1{path}", json=body, headers=headers)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def _answers(ask: Callable[[], Awaitable[httpx.Response]], status: int, code: str) -> None:
    """Within a second of now."""

    async def does() -> bool:
        answer = await ask()
        return (answer.status_code, answer.json().get("code")) == (status, code)

    await eventually(does, within=AT_ONCE)


def _listen(house: House, person: Person, **options: Any) -> LiveClient:
    url = f"ws://localhost:{house.world.product.port}/api/v1/ws"
    return LiveClient(url, ticket=person.ticket, origin=house.world.product.url, **options)


async def _renew(person: Person) -> None:
    """As a page does that is told that its token is stale: a token for the form first, for it is nobody's now."""
    await person.arrive()
    await person.refresh()


async def _again(house: House, person: Person, name: str) -> None:
    """Signed in anew, in the same browser."""
    account = next(each for each in house.world.plex.accounts.all if each.username == name)
    person.http.cookies.clear()
    await person.sign_in_with_plex(house.world.plex, account)


def test_attack_14_an_old_role_is_stale_within_a_second_and_the_next_token_is_refused_what_it_may_not(
    house: House,
) -> None:
    async def run() -> None:
        anna = await house.world.friend("Anna")
        assert (await _change(house, anna, role="admin"))["role"] == "admin"
        await _answers(lambda: anna.get("/auth/session"), 401, "TOKEN_STALE")
        await _renew(anna)
        assert (await anna.get("/admin/users")).status_code == 200
        as_admin = anna.token
        async with _listen(house, anna, reconnect=False) as live:
            await _change(house, anna, role="user")
            # Whether it comes in a cookie or in a header.
            await _answers(lambda: anna.get("/admin/users"), 401, "TOKEN_STALE")
            await _answers(
                lambda: house.nobody.get("/admin/users", headers=_bearer(as_admin)), 401, "TOKEN_STALE"
            )
            stale = await anna.post("/media/request", {"mediaType": "movie", "tmdbId": 3})
            assert (stale.status_code, stale.json()["code"]) == (401, "TOKEN_STALE")
            assert await live.closed(within=AT_ONCE) == CloseCode.EXPIRED
        # A cookie that is stale stands in the way of no sign-in and no renewal.
        await _renew(anna)
        assert anna.user["role"] == "user"
        refused = await anna.get("/admin/users")
        assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
        async with _listen(house, anna):
            pass
        assert (await house.nobody.get("/users/me", headers=_bearer(as_admin))).status_code == 401

    house.do(run())


def test_many_calls_with_a_stale_token_lock_nobody_out(house: House) -> None:
    """A page that asks for fifty things in the moment its role changes is not somebody who guesses tokens."""

    async def run() -> None:
        ben = await house.world.friend("Ben")
        old = ben.token
        await _change(house, ben, role="admin")
        await _answers(lambda: ben.get("/users/me", headers=_bearer(old)), 401, "TOKEN_STALE")
        answers = [await ben.get("/users/me", headers=_bearer(old)) for _ in range(50)]
        assert {answer.status_code for answer in answers} == {401}
        await _renew(ben)
        assert (await ben.get("/users/me")).json()["role"] == "admin"
        await _change(house, ben, role="user")

    house.do(run())


def test_attack_10_a_suspended_person_is_out_within_a_second_by_every_way(house: House) -> None:
    async def run() -> None:
        cora = await house.world.friend("Cora")
        made = await cora.post("/auth/tokens", {"name": "a script", "scopes": ["read"]})
        personal = _bearer(made.raise_for_status().json()["token"])
        session = _bearer(cora.token)
        assert (await house.nobody.get("/users/me", headers=personal)).status_code == 200
        async with _listen(house, cora, reconnect=False) as live:
            changed = await _change(house, cora, status="suspended")
            assert (changed["status"], changed["sessions"]) == ("suspended", 0)
            await _answers(lambda: cora.get("/users/me"), 401, "SESSION_ENDED")
            await _answers(lambda: house.nobody.get("/users/me", headers=session), 401, "SESSION_ENDED")
            await _answers(
                lambda: house.nobody.get("/users/me", headers=personal), 401, "INVALID_PERSONAL_TOKEN"
            )
            assert await live.closed(within=AT_ONCE) == CloseCode.REVOKED
        assert (await cora.post("/auth/refresh")).status_code in (401, 403)
        with pytest.raises(httpx.HTTPStatusError) as refused:
            await _again(house, cora, "Cora")
        assert refused.value.response.json()["code"] == "ACCOUNT_SUSPENDED"
        listed = (await house.olive.get("/admin/users", params={"status": "suspended"})).json()["items"]
        assert [person["name"] for person in listed] == ["Cora"]

        await _change(house, cora, status="active")

        # What is made in the very second of a suspension stays refused.
        await asyncio.sleep(1.1)
        await _again(house, cora, "Cora")
        assert (await cora.get("/users/me")).status_code == 200

        async def lives_on() -> bool:
            return (await house.nobody.get("/users/me", headers=personal)).status_code == 200

        await eventually(lives_on, within=AT_ONCE)

    house.do(run())


@pytest.mark.parametrize(
    "field",
    [
        "role",
        "status",
        "permissions",
        "permissionsVersion",
        "emailVerified",
        "plexId",
        "plexLinked",
        "id",
        "userId",
        "createdAt",
        "avatarUrl",
        "nameIsOwn",
    ],
)
def test_attack_76_what_is_not_ones_own_to_change_is_refused_and_not_passed_over(
    house: House, field: str
) -> None:
    async def run() -> None:
        before = (await house.frida.get("/users/me")).json()
        answer = await _patch(house.frida, "/users/me", {"locale": "fr", field: "admin"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
        assert (await house.frida.get("/users/me")).json() == before
        if field not in ("role", "status"):
            other = await _patch(house.olive, f"/admin/users/{before['id']}", {field: "admin"})
            assert other.status_code == 422

    house.do(run())


def test_a_profile_has_a_language_and_a_time_zone_that_exist(house: House) -> None:
    async def run() -> None:
        for wrong in (
            {"timeZone": "Mars/Olympus"},
            {"timeZone": "../../etc/passwd"},
            {"locale": "klingon"},
            {"locale": "de_AT"},
            {"name": None},
            {"email": None},
            {"name": ""},
            {"name": "x" * 81},
        ):
            answer = await _patch(house.frida, "/users/me", wrong)
            assert answer.status_code == 422, wrong
        good = await _patch(house.frida, "/users/me", {"locale": "zh-Hant-TW", "timeZone": "Asia/Taipei"})
        assert (good.json()["locale"], good.json()["timeZone"]) == ("zh-Hant-TW", "Asia/Taipei")
        shown = (await house.frida.get("/users/me")).json()
        assert shown | {"pendingEmail": None} == good.json()
        cleared = (await _patch(house.frida, "/users/me", {"timeZone": None})).json()
        assert (cleared["locale"], cleared["timeZone"]) == ("zh-Hant-TW", None)
        assert (await _patch(house.frida, "/users/me", {})).json() == cleared

    house.do(run())


def test_attack_94_no_second_olive_and_no_false_admin(house: House) -> None:
    async def run() -> None:
        for name in ("olive", "Ｏlive", "Оlive", "O\u200blive", "\u202eOlive", "Olive.", "Admin", "аdmin"):
            answer = await _patch(house.frida, "/users/me", {"name": name})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "name"), name
            assert name not in answer.text
        assert (await house.frida.get("/users/me")).json()["name"] == "Frida"

    house.do(run())


def test_ownership_goes_from_hand_to_hand(house: House) -> None:
    async def run() -> None:
        dora = await house.world.friend("Dora")
        given = await house.olive.post(f"/admin/users/{dora.user['id']}/make-owner")
        assert (given.status_code, given.json()["role"]) == (200, "owner")
        await _answers(lambda: house.olive.get("/users/me"), 401, "TOKEN_STALE")
        await _renew(house.olive)
        await _renew(dora)
        assert (house.olive.user["role"], dora.user["role"]) == ("admin", "owner")
        # An administrator now, she has no hold over the owner.
        for answer in (
            await _patch(house.olive, f"/admin/users/{dora.user['id']}", {"role": "user"}),
            await _delete(house.olive, f"/admin/users/{dora.user['id']}"),
            await house.olive.post(f"/admin/users/{house.olive.user['id']}/make-owner"),
        ):
            assert answer.status_code == 403, answer.text
        back = await dora.post(f"/admin/users/{house.olive.user['id']}/make-owner")
        assert back.status_code == 200
        await _answers(lambda: house.olive.get("/users/me"), 401, "TOKEN_STALE")
        await _renew(house.olive)
        await _change(house, dora, role="user")

    house.do(run())


def test_everything_that_is_held_is_taken_along_as_a_file_without_secrets(house: House) -> None:
    async def run() -> None:
        answer = await eventually(lambda: _complete_export(house.frida))
        assert answer.headers["content-disposition"].startswith('attachment; filename="medianest-')
        assert answer.headers["cache-control"] == "private, no-store"
        export = answer.json()
        assert set(export["parts"]) == {"auth", "health", "media", "notifications", "plex", "youtube"}
        assert export["parts"]["auth"]["tables"]["users"][0]["email"] == "frida@example.org"
        titles = {request["tmdbId"] for request in export["parts"]["media"]["tables"]["requests"]}
        assert {1, 2, 603} <= titles
        assert export["parts"]["plex"]["tables"]["members"][0]["plexId"] == house.account.id
        olive = (await eventually(lambda: _complete_export(house.olive))).json()
        assert "frida@example.org" not in json.dumps(olive["parts"]["auth"]["tables"]["users"])
        secrets = {cookie.value for cookie in house.frida.http.cookies.jar} | {
            house.account.server_token,
            house.account.token,
            house.frida.token,
        }
        assert not [secret for secret in secrets if secret and secret in answer.text]

    house.do(run())


async def _complete_export(person: Person) -> httpx.Response:
    """Once all services have said everything in time; it says which have not."""
    answer = (await person.get("/users/me/export")).raise_for_status()
    assert answer.json()["incomplete"] == []
    return answer


def test_attack_107_whoever_leaves_is_nowhere_within_a_minute_and_every_service_says_so(house: House) -> None:
    async def run() -> None:
        zora = await house.world.friend("Zoraquist")
        await zora.request("movie", 2**31 - 1, note="for zoraquist")
        made = await zora.post("/auth/tokens", {"name": "zoraquist's script", "scopes": ["read"]})
        personal = _bearer(made.raise_for_status().json()["token"])
        await zora.get("/plex/recently-added")
        video = await zora.post("/youtube/download", {"url": "https://youtu.be/zzzzzzzzzzz"})
        trains = {"url": "https://www.youtube.com/@zora", "collection": "Zoraquist's trains"}
        followed = await zora.post("/youtube/subscriptions", trains)
        assert (video.status_code, followed.status_code) == (201, 201)
        zora_id, session = zora.user["id"], _bearer(zora.token)

        async def told() -> bool:
            return bool((await zora.get("/notifications/count")).json()["head"])

        await _patch(house.olive, f"/admin/users/{zora_id}", {"role": "admin"})
        await _answers(lambda: zora.get("/users/me"), 401, "TOKEN_STALE")
        await _renew(zora)
        (await house.frida.request("movie", 3)).raise_for_status()
        await eventually(told)

        async def on_the_bus() -> list[str]:
            files = _files(house.world.product.data_dir / "servers" / "nats")
            return [name for name, held in files.items() if b"zoraquist" in held.lower()]

        # In the events of two services.
        assert len(await on_the_bus()) >= 2
        wrong = await _delete(zora, "/users/me", {"confirm": "Olive"})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "confirm")
        async with _listen(house, zora, reconnect=False) as live:
            gone = await _delete(zora, "/users/me", {"confirm": "zoraquist"})
            assert gone.status_code == 204
            started = asyncio.get_running_loop().time()
            assert any("Max-Age=0" in cookie for cookie in gone.headers.get_list("set-cookie"))
            for headers in (session, personal):

                async def dead(headers: dict[str, str] = headers) -> bool:
                    return (await house.nobody.get("/users/me", headers=headers)).status_code == 401

                await eventually(dead, within=AT_ONCE)
            assert await live.closed(within=AT_ONCE) == CloseCode.REVOKED

        async def complete() -> dict[str, Any] | None:
            erasure: dict[str, Any] = (await house.olive.get(f"/admin/erasures/{zora_id}")).json()
            return erasure if erasure["complete"] else None

        erasure = await eventually(complete, within=_A_MINUTE)
        removed = {part["service"]: part["removed"] for part in erasure["services"]}
        assert set(removed) == {"auth", "gateway", "health", "media", "notifications", "plex", "youtube"}
        assert removed["auth"]["users"] == removed["media"]["people"] == removed["plex"]["members"] == 1
        assert removed["media"]["requests"] == 1 and removed["notifications"]["entries"] >= 1
        assert removed["youtube"] == {"people": 1, "downloads": 1, "subscriptions": 1}
        assert all(part["doneAt"] for part in erasure["services"])

        async def nowhere() -> bool:
            found = (await _database(house.urls) + await _valkey(house.urls)).lower()
            place = found.find(b"zoraquist")
            assert place < 0, found[max(0, place - 300) : place + 100]
            return True

        await eventually(nowhere)

        async def off_the_bus() -> bool:
            found = await on_the_bus()
            assert not found, found
            return True

        await eventually(off_the_bus, within=_A_MINUTE)
        assert asyncio.get_running_loop().time() - started < _A_MINUTE
        assert (await house.olive.get(f"/admin/users/{zora_id}")).status_code == 404
        assert (await house.olive.get(f"/admin/erasures/{uuid4()}")).status_code == 404

    house.do(run(), within=240)


def test_the_owner_cannot_leave_before_somebody_else_is_the_owner(house: House) -> None:
    async def run() -> None:
        answer = await _delete(house.olive, "/users/me", {"confirm": "Olive"})
        assert (answer.status_code, answer.json()["code"]) == (409, "OWNER_REMAINS")
        itself = await _delete(house.olive, f"/admin/users/{house.olive.user['id']}")
        assert (itself.status_code, itself.json()["code"]) == (409, "OWNER_REMAINS")
        assert (await house.olive.get("/users/me")).status_code == 200

    house.do(run())
