"""What an owner has set up in one installation is taken to another as a file."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from medianest.installation import on_running_servers
from medianest.settings_file.secrets import Secrets, read_secrets
from medianest_common.settings import Settings, load
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_overseerr.state import ServiceServer
from tests.world import OWNER_EMAIL, Person, Product, world

SECRET = "the-key-of-tautulli"
PHRASE = "six words and a number 7"
WORDS = "/admin/notifications/templates/request.available/de/any"
WEEKLY = {
    "title": "Updates",
    "zone": "Europe/Berlin",
    "startsAtLocal": "2026-03-29T02:30",
    "durationSeconds": 3600,
    "rule": "FREQ=WEEKLY;BYDAY=SU",
}
PLACES = {
    "services": "/admin/services",
    "rules": "/media/rules",
    "quotas": "/media/quotas",
    "groups": "/admin/monitors/groups",
    "monitors": "/admin/monitors?limit=100",
    "maintenance": "/admin/monitors/maintenance",
    "pages": "/admin/status-pages",
    "words": "/admin/notifications/templates?locale=de",
    "profiles": "/youtube/profiles",
    "defaults": "/media/defaults",
}
HAPPENED = {"id", "createdAt", "updatedAt", "changedAt", "changedBy", "setAt", "position", "version"}
"""What another installation has of its own."""


@pytest.mark.timeout(1200)
async def test_what_is_set_up_is_the_same_elsewhere(tmp_path: Path) -> None:
    file, whole, phrase = (tmp_path / name for name in ("house.json", "whole.json", "phrase"))
    async with world(tmp_path / "one") as one:
        _with_spare_radarr(one.overseerr, server=2, profile=9, tag=5)
        olive = await one.owner()
        await _set_up(olive)
        before = await _looked_at(olive)
        phrase.write_text(f"{PHRASE}\n")
        code, said = await one.product.command("settings", "export", str(whole), "--secrets", str(phrase))
        assert (code, whole.stat().st_mode & 0o777) == (0, 0o600), said
        assert SECRET not in whole.read_text() and "wire-secret" not in whole.read_text()
        open_part = json.loads(whole.read_text())
        del open_part["sealed"]
        file.write_text(json.dumps(open_part))

    async with world(tmp_path / "two") as two:
        olive = await two.owner()
        fresh = await _looked_at(olive)
        code, said = await two.product.command("settings", "import", str(file))
        assert (code, "integrations.0 (tautulli): not taken over" in said) == (1, True), said
        assert "monitors.0 (Router): would be made" in said
        assert "There is no server Spare; there are: none." in said
        assert await _looked_at(olive) == fresh, "a dry run changes nothing"
        _with_spare_radarr(two.overseerr, server=7, profile=4, tag=3)

        document = json.loads(file.read_text())
        document["integrations"][0]["secret"] = SECRET
        file.write_text(json.dumps(document))
        code, said = await two.product.command("settings", "import", str(file), "--apply")
        assert code == 0, said
        assert "Enter what is secret about it again" in said and "/push/" in said
        after = await _looked_at(olive)
        for part, there in before.items():
            assert after[part] == there, part

        del document["integrations"][0]["secret"]
        file.write_text(json.dumps(document))
        code, said = await two.product.command("settings", "import", str(file), "--apply")
        assert (code, "0 made, 0 changed" in said, "order" in said) == (0, True, False), said
        entries = (await olive.get("/admin/audit?limit=100")).raise_for_status().json()["items"]
        by_command = {
            each["action"] for each in entries if (each["actor"] or {}).get("name") == "the command line"
        }
        assert {"approval_rule_create", "integration_change"} <= by_command, by_command
        assert await _looked_at(olive) == after
        await _what_is_changed_in_the_file_is_changed_here(two.product, document, file)
        now = await _looked_at(olive)
        rules = {each["name"]: each["yearFrom"] for each in now["rules"]}
        assert (rules["Films"], [each["name"] for each in now["rules"]]) == (
            1960,
            ["Films", "Mine", "Not 4K"],
        )
        assert [each["tv"]["limit"] for each in now["quotas"]] == [5]
        assert (now["monitors"][0]["intervalSeconds"], now["maintenance"][0]["durationSeconds"]) == (90, 7200)
        assert [each["title"] for each in now["pages"]] == ["Our house"]
        await _what_is_secret_comes_along(two.product, olive, whole, phrase)


async def _what_is_secret_comes_along(product: Product, olive: Person, whole: Path, phrase: Path) -> None:
    """Another passphrase opens nothing; the right one brings what was entered over there, and only once."""
    services = (await olive.get("/admin/services")).raise_for_status().json()["items"]
    version = next(each["version"] for each in services if each["kind"] == "tautulli")
    tautulli = {"url": "http://127.0.0.1:9", "secret": "another", "version": version}
    (await _put(olive, "/admin/services/tautulli", tautulli)).raise_for_status()
    secrets = await _secrets_here(product)
    assert secrets.integrations == {"tautulli": "another"} and secrets.monitors == {}
    wrong = phrase.with_name("wrong")
    wrong.write_text("six words and a number 8")
    code, said = await product.command("settings", "import", str(whole), "--secrets", str(wrong), "--apply")
    assert (code, "passphrase is another one" in said) == (1, True), said
    assert await _secrets_here(product) == secrets
    for changed in (True, False):
        code, said = await product.command(
            "settings", "import", str(whole), "--secrets", str(phrase), "--apply"
        )
        assert (code, "0 made, 0 changed" not in said) == (0, changed), said
        secrets = await _secrets_here(product)
        assert secrets.integrations == {"tautulli": SECRET}
        assert secrets.monitors == {"NAS": {"headers": {"X-Key": "wire-secret"}}}


async def _secrets_here(product: Product) -> Secrets:
    present = on_running_servers(load(Settings, data_dir=product.data_dir))
    assert present
    secrets, unopened = await read_secrets(present)
    assert not unopened
    return secrets


async def _set_up(olive: Person) -> None:
    secret = {"url": "http://127.0.0.1:9", "secret": SECRET, "version": 0}
    (await _put(olive, "/admin/services/tautulli", secret)).raise_for_status()
    rules = [
        await _made(olive, "/media/rules", name=name, **more)
        for name, more in (
            ("Films", {"mediaType": "movie", "yearFrom": 1950}),
            ("Not 4K", {"action": "ask", "is4k": True}),
            ("Mine", {"userId": olive.user["id"]}),
        )
    ]
    (await _put(olive, "/media/rules/order", {"ids": rules[::-1]})).raise_for_status()
    quota = {"movie": {"limit": None, "days": 7}, "tv": {"limit": 3, "days": 30}}
    (await _put(olive, f"/media/quotas/{olive.user['id']}", quota)).raise_for_status()
    limits = {"limitPerHour": 2, "limitBytes": None}
    (await _put(olive, f"/youtube/quota/{olive.user['id']}", limits)).raise_for_status()
    choice = {"server": "2", "qualityProfile": 9, "rootFolder": "/films", "tags": [5]}
    defaults = {"standard": choice, "fourK": {}}
    (await _put(olive, "/media/defaults/movie", defaults)).raise_for_status()
    groups = [await _made(olive, "/admin/monitors/groups", name=name) for name in ("Cellar", "Attic")]
    (await _put(olive, "/admin/monitors/groups/order", {"ids": groups[::-1]})).raise_for_status()
    router = await _made(
        olive,
        "/admin/monitors",
        name="Router",
        groupId=groups[0],
        visibility="everyone",
        spec={"kind": "tcp", "host": "127.0.0.1", "port": 9},
    )
    page = {"kind": "http", "url": "http://127.0.0.1:9/", "headers": {"X-Key": "wire-secret"}}
    nas = await _made(olive, "/admin/monitors", name="NAS", dependsOn=[router], spec=page, paused=True)
    await _made(olive, "/admin/monitors", name="Nightly", groupId=groups[1], spec={"kind": "push"})
    await _made(olive, "/admin/monitors/maintenance", **WEEKLY, monitorIds=[nas], groupIds=[groups[0]])
    shown = [{"monitorId": nas, "shownAs": "Files", "heading": "House"}, {"monitorId": router}]
    await _made(olive, "/admin/status-pages", slug="house", title="House", published=True, monitors=shown)
    words = {"title": "{{ title }} ist da", "body": "Viel Spaß."}
    (await _put(olive, WORDS, words)).raise_for_status()
    await _made(olive, "/youtube/profiles", name="Sound", isDefault=True, format="mp3", nfo=True)


async def _what_is_changed_in_the_file_is_changed_here(
    product: Product, document: dict[str, Any], file: Path
) -> None:
    document["rules"].sort(key=lambda rule: str(rule["name"]))
    changes = (
        ("rules", "yearFrom", 1960),
        ("statusPages", "title", "Our house"),
        ("maintenance", "durationSeconds", 7200),
    )
    for part, name, value in (
        *changes,
        ("monitors", "intervalSeconds", 90),
        ("quotas", "tv", {"limit": 5, "days": 30}),
    ):
        document[part][0][name] = value
    file.write_text(json.dumps(document))
    code, said = await product.command("settings", "import", str(file), "--apply")
    assert (code, "rules: put in order" in said, "0 made, 5 changed" in said) == (0, True, True), said


async def _put(person: Person, path: str, body: dict[str, Any]) -> httpx.Response:
    return await person.http.put(f"/api/v1{path}", json=body, headers={"X-CSRF-Token": person.csrf})


async def _made(person: Person, path: str, **body: Any) -> str:
    answer = (await person.post(path, body)).raise_for_status().json()
    return str(answer.get("monitor", answer)["id"])


async def _looked_at(person: Person) -> dict[str, Any]:
    """What the API says, with names in place of ids."""
    found = {
        part: (await person.get(path)).raise_for_status().json()["items"] for part, path in PLACES.items()
    }
    found["defaults"] = [_choice_by_name(each["standard"]) for each in found["defaults"]]
    limits = (await person.get(f"/youtube/quota/{person.user['id']}")).raise_for_status().json()
    found["limits"] = [{name: limits[name] for name in ("limitPerHour", "limitBytes")}]
    found["monitors"] = [each for each in found["monitors"] if each["origin"] != "automatic"]
    names = {each["id"]: each["name"] for part in ("groups", "monitors") for each in found[part]}
    names[person.user["id"]] = OWNER_EMAIL
    plain = {part: _plain(items, names) for part, items in found.items()}
    plain["services"] = [each for each in plain["services"] if each["source"] == "portal"]
    # How a monitor stands, and that it was imported and knows its secrets no more, is another thing.
    own = {"standing", "origin", "externalRef", "secrets"}
    plain["monitors"] = [
        {name: value for name, value in each.items() if name not in own} for each in plain["monitors"]
    ]
    for each in plain["monitors"]:
        # An empty one where nothing was entered again.
        each["spec"].pop("headers", None)
    return plain


def _choice_by_name(quality: dict[str, Any]) -> dict[str, Any]:
    """Each house has other numbers for the same things."""
    choice: dict[str, Any] = quality["choice"]
    if choice["server"] is None:
        return choice
    server = next(each for each in quality["offer"]["servers"] if each["id"] == choice["server"])
    names = {
        what: {each["id"]: each["name"] for each in server[what]} for what in ("qualityProfiles", "tags")
    }
    return choice | {
        "server": server["name"],
        "qualityProfile": names["qualityProfiles"][choice["qualityProfile"]],
        "tags": [names["tags"][each] for each in choice["tags"]],
    }


def _with_spare_radarr(overseerr: FakeOverseerr, *, server: int, profile: int, tag: int) -> None:
    spare = ServiceServer(
        id=server,
        name="Spare",
        is_default=False,
        profiles={profile: "Any"},
        folders={1: "/films"},
        tags={tag: "kids"},
    )
    overseerr.state.radarrs = {0: ServiceServer(id=0, name="Radarr"), server: spare}


def _plain(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each, names) for name, each in value.items() if name not in HAPPENED}
    if isinstance(value, list):
        return [_plain(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value
