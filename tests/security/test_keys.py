"""Keys change while people use the portal, and nobody notices (attack 11, and encryption at rest)."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pyotp
import pytest
from sqlalchemy.engine import make_url

from medianest import registry
from medianest.admin.asking import operator_on
from medianest.errors import Refused
from medianest.testing import AT_ONCE, eventually
from medianest_common.contracts.auth.operator import OperatorRotateSigningKeys
from medianest_common.db.sealed import sealed_columns
from medianest_common.security.encryption import KeyRing
from medianest_common.settings import Settings
from tests.security.conftest import House
from tests.security.forging import read
from tests.world import Person

pytestmark = pytest.mark.timeout(600)


async def admin(house: House, *arguments: str, code: int = 0) -> str:
    ended, said = await house.world.product.command("admin", *arguments)
    assert ended == code, said
    return said


@asynccontextmanager
async def database(house: House) -> AsyncIterator[Any]:
    dsn = make_url(house.urls.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        yield connection
    finally:
        await connection.close(timeout=10)


async def published(house: House) -> set[str]:
    return {key["kid"] for key in (await house.nobody.http.get("/.well-known/jwks.json")).json()["keys"]}


async def rotate_signing_keys(house: House) -> str:
    """What `medianest admin rotate-signing-keys` asks."""
    async with operator_on(Settings(nats_url=house.urls.nats_url)) as auth:
        return (await auth.ask(OperatorRotateSigningKeys())).key_id


async def status(house: House, token: str) -> int:
    async with httpx.AsyncClient(base_url=house.world.product.url, timeout=20) as client:
        answer = await client.get("/api/v1/auth/session", headers={"Authorization": f"Bearer {token}"})
        return answer.status_code


def key_of(token: str) -> str:
    return str(read(token.split(".")[0])["kid"])


async def make_the_next_key_known(house: House) -> None:
    """As if it had been announced long ago."""
    async with database(house) as connection:
        await connection.execute("update auth.signing_keys set created_at = created_at - interval '1 hour'")


@dataclass
class Load:
    """Everybody looks again and again and renews now and then; nothing may fail."""

    house: House
    people: Sequence[Person]
    most: int
    checks: int = 0
    refreshes: int = 0

    async def until(self, done: asyncio.Event) -> list[str]:
        await self.house.forgive()
        failed = await asyncio.gather(*(self._use(person, done) for person in self.people))
        return [failure for failures in failed for failure in failures]

    async def _use(self, person: Person, done: asyncio.Event) -> list[str]:
        failures = []
        own = 0
        while not done.is_set() or self.checks < self.most:
            headers = {"Authorization": f"Bearer {person.token}"}
            answer = await person.get("/auth/session", headers=headers)
            self.checks += 1
            own += 1
            if answer.status_code != 200:
                failures.append(f"check: {answer.status_code} {answer.text}")
            # As often as a session may.
            if own % (self.most // len(self.people) // 8) == 0:
                answer = await person.post("/auth/refresh")
                if answer.status_code == 200:
                    person.signed_in(answer)
                    self.refreshes += 1
                elif answer.status_code != 429:
                    failures.append(f"refresh: {answer.status_code} {answer.text}")
        return failures


def test_attack_11_a_token_is_good_from_before_a_rotation_and_not_after_retirement(house: House) -> None:
    async def story() -> None:
        before, first = house.olive.token, await published(house)
        assert len(first) == 2
        with pytest.raises(Refused, match="Wait a minute"):
            await rotate_signing_keys(house)
        await make_the_next_key_known(house)
        rotated = await rotate_signing_keys(house)
        await house.olive.refresh()
        between = house.olive.token
        assert key_of(between) != key_of(before)
        assert key_of(between) == rotated and rotated in first, "it was announced before it signed"
        now = await published(house)
        assert first < now and len(now) == 3, "two live ones and a retired one"
        assert (await status(house, before), await status(house, between)) == (200, 200)

        await admin(house, "rotate-signing-keys", "--revoke")

        async def refused() -> bool:
            return [await status(house, token) for token in (before, between)] == [401, 401]

        await eventually(refused, within=AT_ONCE)
        last = await published(house)
        assert len(last) == 2 and not last & now
        await house.olive.arrive()
        await house.olive.refresh()
        assert key_of(house.olive.token) in last
        assert await status(house, house.olive.token) == 200

    house.do(story(), within=500)


@pytest.mark.parametrize("checks", [400, pytest.param(10_000, marks=pytest.mark.long)])
def test_attack_11_nobody_notices_a_rotation_under_load(house: House, checks: int) -> None:
    async def story() -> tuple[Load, list[str], set[str]]:
        people = [house.olive, house.frida]
        await house.forgive()
        for person in people:
            await house.back(person)
        people += [await house.world.friend(f"Kim{checks}{n}") for n in range(4)]
        load, done, keys = Load(house, people, checks), asyncio.Event(), set()
        work = asyncio.create_task(load.until(done))
        for turn in range(1, 3):
            await eventually(partial(_reached, load, checks * turn // 4), within=200)
            await make_the_next_key_known(house)
            keys.add(await rotate_signing_keys(house))
        done.set()
        return load, await work, keys | {key_of(person.token) for person in people}

    load, failures, keys = house.do(story(), within=500)
    assert failures == []
    assert load.checks >= checks and load.refreshes >= 24
    assert len(keys) >= 2


async def _reached(load: Load, checks: int) -> bool:
    return load.checks >= checks


def test_every_secret_is_sealed_anew_under_load_and_opens_after_a_restart(house: House) -> None:
    async def story() -> None:
        file = house.world.product.data_dir / "secrets" / "keyring"
        old = KeyRing.load(file)
        await house.forgive()
        people = [house.olive, house.frida]
        for person in people:
            await house.back(person)
        tilda = await house.world.friend("Tilda")
        people.append(tilda)
        enrolment = (await tilda.post("/auth/2fa/totp")).raise_for_status().json()
        authenticator = pyotp.TOTP(parse_qs(urlsplit(enrolment["uri"]).query)["secret"][0])
        codes = await tilda.post("/auth/2fa/totp/verify", {"code": authenticator.now()})
        assert codes.status_code == 200, codes.text
        house.world.plex.library.add_movie("Alien", 1979, tmdb=348)

        async def found() -> str | None:
            items = (await house.frida.get("/plex/search", params={"query": "alien"})).json()["items"]
            return items[0]["image"] if items else None

        picture = await eventually(found, within=60)
        assert (await house.frida.get(f"/plex/images/{picture}")).status_code == 200

        load, done = Load(house, people, 120), asyncio.Event()
        work = asyncio.create_task(load.until(done))
        said = await admin(house, "rotate-keys")
        done.set()
        assert await work == []
        assert load.refreshes > 0

        new = KeyRing.load(file)
        assert (old.primary != new.primary) and new.root == old.root and not new.old
        assert f"Nothing is sealed under {old.primary} any more" in said
        for name in (
            "auth: signing_keys.private_sealed",
            "auth: totp.secret_sealed",
            "plex: members.server_token",
        ):
            assert f"{name}: 0 " not in said and name in said, said
        opened = await _opened(house, new)
        assert opened.keys() >= {"signing_keys.private_sealed", "totp.secret_sealed", "members.server_token"}

        product = house.world.product
        await product.stop()
        await product.start()
        await house.forgive()
        for person in people:
            assert (await person.get("/auth/session")).status_code == 200, "nobody was signed out"
            await person.refresh()
        assert (await house.frida.get(f"/plex/images/{picture}")).status_code == 200
        assert (await house.frida.get("/plex/libraries")).json()["items"]
        await _sign_in_with_code(house, tilda, authenticator)

    house.do(story(), within=500)


async def _opened(house: House, ring: KeyRing) -> dict[str, int]:
    """How many values of each column open; raises for one that does not."""
    found: dict[str, int] = {}
    async with database(house) as connection:
        for service in registry.services():
            if service.metadata is None:
                continue
            for column in sealed_columns(service.metadata):
                cipher = ring.cipher(column.purpose)
                rows = await connection.fetch(
                    f'select "{column.row.name}", "{column.column.name}" from "{service.name}"."{column.table.name}"'
                )
                for row, value in rows:
                    if value is not None:
                        cipher.open(value, cell=column.cell(row))
                        found[str(column)] = found.get(str(column), 0) + 1
    return found


async def _sign_in_with_code(house: House, person: Person, authenticator: pyotp.TOTP) -> None:
    account = next(a for a in house.world.plex.accounts.all if a.username == "Tilda")
    person.http.cookies.clear()
    await person.arrive()
    started = (await person.post("/auth/plex/pin")).raise_for_status().json()
    house.world.plex.claim_pin(started["code"], account)
    asked = (await person.post("/auth/plex/verify", {"loginId": started["loginId"]})).json()
    code = authenticator.at(int(time.time()) + 30)
    answer = await person.post("/auth/login/mfa", {"challengeId": asked["challengeId"], "code": code})
    assert answer.status_code == 200, answer.text
