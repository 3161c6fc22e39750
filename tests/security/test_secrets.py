"""Attacks 71 and 98: secrets that went through the product lie nowhere, however much of it is written down."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pyotp
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from medianest.embedded import ServerUrls
from medianest.embedded.servers import urls_of_running
from medianest.testing import eventually
from medianest_common.testing.mail_server import PASSWORD, MailServer, link_in
from tests.world import (
    METRICS_TOKEN,
    OWNER_EMAIL,
    OWNER_PASSWORD,
    SETUP_TOKEN,
    WEBHOOK_SECRET,
    Person,
    World,
    world,
)

FILM = 603
TITLE = "A title that may be read"
NOTE = "A note that may be read"
MISTYPED = "a password that was nearly right"
CHANGED = "seven silver rivers sing"


async def test_71_98_no_secret_is_written_down(tmp_path: Path) -> None:
    async with (
        MailServer.start() as mail,
        world(tmp_path / "data", smtp_url=mail.url, mail_from="nest@example.org") as house,
    ):
        seen = await _a_day_in_the_house(house)
        seen |= await _keyring(house)
        code, said = await house.product.command("admin", "rotate-keys")
        assert code == 0, said
        seen |= await _keyring(house)
        seen |= await _passwords_are_forgotten(house, mail)
        secrets = seen | house.plex.tokens | {house.overseerr.api_key}
        secrets |= {
            OWNER_PASSWORD,
            SETUP_TOKEN,
            METRICS_TOKEN,
            WEBHOOK_SECRET,
            MISTYPED,
            CHANGED,
            PASSWORD,
            mail.url,
        }
        assert len(secrets) > 20 and all(len(secret) >= 16 for secret in secrets)
        urls = urls_of_running(house.product.data_dir)
        assert urls
        where = {
            "the database": await _database(urls),
            "Valkey": await _valkey(urls),
            "the metrics": await _metrics(house),
        }
        assert NOTE.encode() in where["the database"] and b"auth:" in where["Valkey"]
        assert b"medianest_" in where["the metrics"]
        await house.product.stop()
    files = await asyncio.to_thread(_files, house.product.data_dir)
    del files["secrets/keyring"]
    # What may be read is found, so what is not found is not there.
    streams = b"".join(content for path, content in files.items() if "nats" in path)
    assert TITLE.encode() in streams
    assert b"job.notifications.send_mail" in streams and b"MailRefused" in streams
    # The first start tells its operator the link, which is worth nothing once there is an owner.
    log = [line for line in files["product.log"].splitlines() if not line.startswith(b"Nobody owns it yet")]
    files["product.log"] = b"\n".join(log)
    assert len(log) > 50
    found = [
        f"{secret[:6]}… in {place}"
        for place, content in (where | files).items()
        for secret in secrets
        if secret.encode() in content or secret.encode().hex().encode() in content
    ]
    assert found == []


async def _a_day_in_the_house(house: World) -> set[str]:
    """The main path with what goes wrong on the way; returns every credential that was given out."""
    given: set[str] = set()
    house.overseerr.add_movie(FILM, TITLE, 1999)
    olive, frida = await house.owner(), await house.friend("Frida")
    for person in (olive, frida):
        given |= _credentials(person)
        given.add(await person.ticket())
        await person.refresh()
        given |= _credentials(person)
    request = (await frida.request("movie", FILM, note=NOTE)).raise_for_status().json()["id"]
    (await olive.post(f"/media/requests/{request}/approve")).raise_for_status()
    await eventually(lambda: _is_upstream(house))
    house.overseerr.set_available("movie", FILM)
    await eventually(lambda: _is(frida, request, "available"))
    given |= await _all_that_is_shown_once(olive, frida)
    await _go_wrong(house, olive)
    (await frida.post("/auth/logout")).raise_for_status()
    return given


async def _passwords_are_forgotten(house: World, mail: MailServer) -> set[str]:
    """By mail, in a mail that never arrives, and with the help of the owner."""
    olive, stranger = await house.person(), await house.person()
    await olive.sign_in()
    await stranger.arrive()
    people = (await olive.get("/admin/users")).raise_for_status().json()["items"]
    frida = next(person["id"] for person in people if person["name"] == "Frida")
    handed = (await olive.post(f"/admin/users/{frida}/reset-link")).raise_for_status().json()["url"]
    links = [handed]
    for _ in range(2):
        (await stranger.post("/auth/password/forgot", {"email": OWNER_EMAIL})).raise_for_status()
        links.append(link_in(await mail.next("Choose")))
    mail.refusals = ["550 no"]
    (await stranger.post("/auth/password/forgot", {"email": OWNER_EMAIL})).raise_for_status()
    await eventually(lambda: _is_refused(mail))
    await eventually(lambda: _is_laid_aside(house))
    tokens = [link.partition("#token=")[2] for link in links]
    used = await stranger.post("/auth/password/reset", {"token": tokens[0], "newPassword": CHANGED})
    assert used.status_code == 204
    overtaken = await stranger.post("/auth/password/reset", {"token": tokens[2], "newPassword": CHANGED})
    assert overtaken.status_code == 410
    return set(tokens) | _credentials(olive)


async def _metrics(house: World) -> bytes:
    headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    return (await (await house.person()).http.get("/metrics", headers=headers)).raise_for_status().content


async def _is_refused(mail: MailServer) -> bool:
    return not mail.refusals


async def _is_laid_aside(house: World) -> bool:
    """The letter that was refused, among those that are not tried again."""
    streams = await asyncio.to_thread(_files, house.product.data_dir / "servers" / "nats")
    return any(b"MailRefused" in content for content in streams.values())


async def _all_that_is_shown_once(olive: Person, frida: Person) -> set[str]:
    """A personal token, an invitation, an authenticator app and its recovery codes."""
    token = (await olive.post("/auth/tokens", {"name": "a script", "scopes": ["read"]})).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await olive.http.get("/api/v1/media/requests", headers=bearer)).status_code == 200
    invite = (await olive.post("/auth/invites", {"email": "gast@example.org"})).json()["url"]
    secret = (await frida.post("/auth/2fa/totp")).json()["secret"]
    shown = await frida.post("/auth/2fa/totp/verify", {"code": pyotp.TOTP(secret).now()})
    return {token, invite.partition("#token=")[2], secret, *shown.raise_for_status().json()["codes"]}


async def _keyring(house: World) -> set[str]:
    """What stands in the one file that may hold it."""
    text = await asyncio.to_thread((house.product.data_dir / "secrets" / "keyring").read_text)
    return {line.partition(":")[2].split()[0] for line in text.splitlines()}


async def _go_wrong(house: World, olive: Person) -> None:
    stranger = await house.person()
    await stranger.arrive()
    await stranger.post("/auth/login", {"email": OWNER_EMAIL, "password": MISTYPED})
    await stranger.post("/auth/login", {"email": MISTYPED, "password": OWNER_PASSWORD, "extra": MISTYPED})
    await stranger.post("/auth/setup", {"setupToken": SETUP_TOKEN, "name": MISTYPED})
    await stranger.post("/webhooks/overseerr", headers={"Authorization": MISTYPED})
    await stranger.post("/webhooks/overseerr", {"odd": True}, headers={"Authorization": WEBHOOK_SECRET})
    await stranger.get("/users/me", params={"access_token": olive.token})
    await stranger.get("/users/me", headers={"Authorization": f"Bearer {olive.token}x"})
    await stranger.get("/users/me", headers={"Referer": f"http://elsewhere/?token={olive.token}"})
    await stranger.get(f"/{olive.token}")
    for fault in ("refuse", "drop"):
        house.overseerr.fail_with(fault)
        for site in (house.plex.tv, house.plex.server):
            site.fail_with(fault)
        for path in ("/media/search?query=x", "/plex/libraries", "/plex/search?query=x", "/media/movie/604"):
            await olive.get(path)
        await stranger.post("/auth/plex/pin")
        house.overseerr.heal()
        for site in (house.plex.tv, house.plex.server):
            site.heal()


def _credentials(person: Person) -> set[str]:
    return {person.token, person.csrf} | {c.value for c in person.http.cookies.jar if c.value}


async def _is_upstream(house: World) -> bool:
    return bool(house.overseerr.requests)


async def _is(person: Person, request: str, status: str) -> bool:
    return await person.status_of(request) == status


async def _database(urls: ServerUrls) -> bytes:
    dsn = make_url(urls.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        tables = await connection.fetch(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname not in ('pg_catalog', 'information_schema')"
        )
        assert len(tables) > 15
        rows = [await connection.fetch(f"select t::text from {table} t", timeout=10) for (table,) in tables]
    finally:
        await connection.close(timeout=10)
    return "\n".join(row[0] for found in rows for row in found).encode()


async def _valkey(urls: ServerUrls) -> bytes:
    async with Redis.from_url(urls.valkey_url, socket_timeout=10) as valkey:
        parts = [repr((key, await _value(valkey, key))) async for key in valkey.scan_iter(count=1000)]
    return "\n".join(parts).encode()


async def _value(valkey: Redis, key: bytes) -> Any:
    match await valkey.type(key):
        case b"string":
            return await valkey.get(key)
        case b"zset":
            return await valkey.zrange(key, 0, -1)
        case b"hash":
            return await valkey.hgetall(key)
        case b"set":
            return await valkey.smembers(key)
        case b"list":
            return await valkey.lrange(key, 0, -1)
        case b"none":
            return None  # Its time was up in between.
    raise AssertionError(f"{key!r} is of a kind that is not looked into")


def _files(data_dir: Path) -> dict[str, bytes]:
    """Everything on disk: logs, streams, tables and their journal. What goes away meanwhile is not there."""
    found = {}
    for path in data_dir.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file():
                found[str(path.relative_to(data_dir))] = path.read_bytes()
    return found
