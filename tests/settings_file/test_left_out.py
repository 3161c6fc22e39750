"""What cannot be had of an installation is named, and everything else is exported and imported all the same."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from medianest import registry
from medianest.installation import on_running_servers
from medianest.testing import eventually
from medianest_common.security.encryption import KeyRing
from medianest_common.settings import Settings, load
from tests.world import OWNER_EMAIL, Person, Product, World, world

PHRASE = "six words and a number 7"
NO_PERSON = "There is no such person."
UNREADABLE = "What it was set up with can no longer be read here. Enter it again."
FILE = {
    "format": "medianest-settings",
    "version": 1,
    "templates": [
        {"type": "request.available", "locale": "de", "channel": "any", "title": "Da", "body": "Viel Spaß."}
    ],
    "rules": [{"name": "Films", "mediaType": "movie"}],
    "downloadLimits": [
        {"person": "frida@example.org", "limitPerHour": 3, "limitBytes": None},
        {"person": OWNER_EMAIL, "limitPerHour": 4, "limitBytes": None},
    ],
}


ORDERED: dict[str, Any] = {
    "format": "medianest-settings",
    "version": 1,
    "monitors": [
        {"name": name, "spec": {"kind": "http", "url": "http://127.0.0.1:9/"}, "paused": True}
        for name in ("Early", "Late")
    ],
    "statusPages": [{"slug": "house", "title": "House", "monitors": [{"monitor": "Late"}]}],
}
UNMOVED = """
    create function health.unmoved() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger unmoved before update of position on health.monitors
        for each row when (old.position <> new.position) execute function health.unmoved();
"""


RUNNING = tuple(name for name in registry.ALL if name != "youtube")


class InPart(Product):
    """Whose gateway never says that all is there."""

    async def ready(self, *, within: float = 300.0) -> None:
        async def those_that_run() -> bool:
            with suppress(httpx.HTTPError):
                async with httpx.AsyncClient(base_url=self.url, timeout=20) as client:
                    checks = (await client.get("/health/ready")).json()["checks"]
                well = {each["name"] for each in checks if each["status"] == "ok"}
                return well >= {*RUNNING} - {"gateway"}
            return False

        await eventually(those_that_run, within=within)


@pytest.mark.timeout(1800)
async def test_what_cannot_be_had_is_named_and_ends_nothing(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        olive = await house.owner()
        await _set_up(house, olive)
        await _is_exported_without_it(house.product, tmp_path)
        await _is_exported_without_whole_parts(house.product, tmp_path)
        await _is_imported_around_it(house.product, olive, tmp_path)
        await _is_imported_although_an_order_fails(house.product, olive, tmp_path)
        await _is_not_exported_with_another_key(house.product, tmp_path)


@pytest.mark.timeout(900)
async def test_a_service_that_does_not_run_and_cannot_be_started_is_left_out(tmp_path: Path) -> None:
    """As for an operator who has the keys of no service."""
    seeds, file = tmp_path / "seeds", tmp_path / "house.json"
    async with world(tmp_path / "data", started=False) as house:
        product = InPart(house.product.data_dir, house.product.environment, house.product.port, RUNNING)
        await product.start()
        try:
            present = on_running_servers(load(Settings, data_dir=product.data_dir))
            assert present
            seeds.mkdir()
            elsewhere = {
                "MEDIANEST_NATS_URL": present.nats_url,
                "MEDIANEST_DATABASE_URL": present.database_url,
                "MEDIANEST_VALKEY_URL": present.valkey_url,
                "MEDIANEST_NATS_SEEDS_DIR": str(seeds),
                "MEDIANEST_DATA_DIR": str(tmp_path / "nothing"),
            }
            operator = replace(product, environment=product.environment | elsewhere)
            code, said = await operator.command("settings", "export", str(file))
        finally:
            await product.stop()
    assert code == 1, said
    document = json.loads(file.read_text())
    assert ("rules" in document, "profiles" in document) == (True, False)
    [left_out] = document["leftOut"]
    assert left_out.startswith("profiles: all of them. ") and f"Not in it: {left_out}" in said


async def _is_exported_without_it(product: Product, folder: Path) -> None:
    file, phrase = folder / "house.json", folder / "phrase"
    phrase.write_text(PHRASE)
    code, said = await product.command("settings", "export", str(file), "--secrets", str(phrase))
    assert code == 0, said
    document = json.loads(file.read_text())
    assert document["downloadLimits"] == [{"person": OWNER_EMAIL, "limitPerHour": 2, "limitBytes": None}]
    assert sorted(document["leftOut"]) == [
        f"downloadLimits: those of Frida, if there are any. {NO_PERSON}",
        "downloadLimits: those of child, who has no e-mail address here.",
        f"integrations: what is secret about tautulli. {UNREADABLE}",
        f"monitors: what is secret about NAS. {UNREADABLE}",
    ]
    for each in document["leftOut"]:
        assert f"Not in it: {each}" in said


async def _is_exported_without_whole_parts(product: Product, folder: Path) -> None:
    """What a file does not have, an import lets alone; the exit code says that it is not all."""
    file = folder / "in_part.json"
    async with _away(product, "youtube.profiles"), _away(product, "health.monitors"):
        code, said = await product.command("settings", "export", str(file))
    document = json.loads(file.read_text())
    missing = {"profiles", "monitorGroups", "monitors", "maintenance", "statusPages"}
    assert (code, missing & set(document)) == (1, set()), said
    assert document["downloadLimits"], "another part of the same service"
    named = {each.partition(":")[0] for each in document["leftOut"] if ": all of them. " in each}
    assert named == missing
    for each in document["leftOut"]:
        assert f"Not in it: {each}" in said


async def _is_imported_around_it(product: Product, olive: Person, folder: Path) -> None:
    file = folder / "wanted.json"
    file.write_text(json.dumps(FILE))
    async with _away(product, "notifications.template_overrides"):
        code, said = await product.command("settings", "import", str(file), "--apply")
    assert (code, "templates: not taken over\n" in said) == (1, True), said
    assert f"downloadLimits.0 (frida@example.org): not taken over\n    {NO_PERSON}" in said
    assert "1 made, 1 changed, 0 left as they are, 2 not taken over." in said
    rules = (await olive.get("/media/rules")).raise_for_status().json()["items"]
    assert [each["name"] for each in rules] == ["Films"]
    limits = (await olive.get(f"/youtube/quota/{olive.user['id']}")).raise_for_status().json()
    assert limits["limitPerHour"] == 4


async def _is_imported_although_an_order_fails(product: Product, olive: Person, folder: Path) -> None:
    """What comes behind the monitors is done all the same."""
    file = folder / "order.json"
    file.write_text(json.dumps(ORDERED | {"statusPages": []}))
    code, said = await product.command("settings", "import", str(file), "--apply")
    assert (code, "monitors.1 (Late): made" in said) == (0, True), said
    turned: dict[str, Any] = ORDERED | {"monitors": ORDERED["monitors"][::-1]}
    file.write_text(json.dumps(turned))
    async with _database(product) as database:
        await database.execute(UNMOVED, timeout=30)
        code, said = await product.command("settings", "import", str(file), "--apply")
        await database.execute("drop trigger unmoved on health.monitors", timeout=30)
        assert (code, "monitors: not taken over\n    Their order: " in said) == (1, True), said
        assert "statusPages.0 (house): made" in said
        code, said = await product.command("settings", "import", str(file), "--apply")
        assert (code, "monitors: put in order" in said) == (0, True), said
    items = (await olive.get("/admin/monitors?limit=100")).raise_for_status().json()["items"]
    named = [each["name"] for each in items]
    assert named.index("Late") < named.index("Early")


async def _is_not_exported_with_another_key(product: Product, folder: Path) -> None:
    """What the services say can be had with it, but not what lies in their tables."""
    other = replace(
        product, environment=product.environment | {"MEDIANEST_SECRET_KEY": KeyRing.generate().dump()}
    )
    file = folder / "other.json"
    code, said = await other.command("settings", "export", str(file), "--secrets", str(folder / "phrase"))
    assert (code, file.exists(), "Traceback" in said) == (1, False, False), said
    assert "What is secret could not be read from the database" in said
    assert "MEDIANEST_SECRET_KEY" in said


async def _set_up(house: World, olive: Person) -> None:
    """Limits of three people: one has no address, and one the youtube service does not know any more, whatever
    it is told late; and two secrets under a key that is gone."""
    secret = {"url": "http://127.0.0.1:9", "secret": "the-key-of-tautulli", "version": 0}
    await _put(olive, "/admin/services/tautulli", secret)
    spec = {"kind": "http", "url": "http://127.0.0.1:9/", "headers": {"X-Key": "wire-secret"}}
    nas = {"name": "NAS", "spec": spec, "paused": True}
    (await olive.post("/admin/monitors", nas)).raise_for_status()
    frida, child = await house.friend(), await house.person()
    await child.sign_in_with_plex(house.plex, house.plex.add_friend("child", email=""))
    for person in (olive, frida, child):
        await _known(olive, person)
        await _put(olive, f"/youtube/quota/{person.user['id']}", {"limitPerHour": 2, "limitBytes": None})
    async with _database(house.product) as database:
        for statement in (
            f"update youtube.people set erased_at = now() where id = '{frida.user['id']}'",
            "update health.integrations set secret_sealed = 'gone' || secret_sealed where kind = 'tautulli'",
            "update health.monitors set secrets_sealed = 'gone' || secrets_sealed where name = 'NAS'",
        ):
            assert (await database.execute(statement, timeout=30)).endswith(" 1"), statement


async def _known(olive: Person, person: Person) -> None:
    """To the youtube service, which is told of people."""

    async def told() -> bool:
        return (await olive.get(f"/youtube/quota/{person.user['id']}")).status_code == 200

    await eventually(told)


async def _put(person: Person, path: str, body: dict[str, Any]) -> None:
    answer = await person.http.put(f"/api/v1{path}", json=body, headers={"X-CSRF-Token": person.csrf})
    answer.raise_for_status()


@asynccontextmanager
async def _away(product: Product, table: str) -> AsyncIterator[None]:
    schema, name = table.split(".")
    async with _database(product) as database:
        await database.execute(f"alter table {table} rename to away", timeout=30)
        try:
            yield
        finally:
            await database.execute(f"alter table {schema}.away rename to {name}", timeout=30)


@asynccontextmanager
async def _database(product: Product) -> AsyncIterator[asyncpg.Connection]:
    present = on_running_servers(load(Settings, data_dir=product.data_dir))
    assert present
    connection = await asyncpg.connect(present.database_url, timeout=30)
    try:
        yield connection
    finally:
        await connection.close(timeout=10)
