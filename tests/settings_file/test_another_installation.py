"""What an owner has set up in one installation is taken to another as a file."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from typer.testing import CliRunner

from medianest.cli import app
from medianest.errors import Refused
from medianest.settings_file.document import read
from tests.world import OWNER_EMAIL, Person, Product, world

SECRET = "the-key-of-tautulli"
WORDS = "/admin/notifications/templates/request.available/de/any"
WEEKLY = {
    "title": "Updates",
    "zone": "Europe/Berlin",
    "startsAtLocal": "2026-03-29T02:30",
    "durationSeconds": 3600,
    "rule": "FREQ=WEEKLY;BYDAY=SU",
}
MONITOR = {"name": "A", "spec": {"kind": "push"}}
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
}
HAPPENED = {"id", "createdAt", "updatedAt", "changedAt", "changedBy", "setAt", "position", "version"}
"""What another installation has of its own."""


@pytest.mark.timeout(600)
async def test_what_is_set_up_is_the_same_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "house.json"
    async with world(tmp_path / "one") as one:
        olive = await one.owner()
        await _set_up(olive)
        before = await _looked_at(olive)
        code, said = await one.product.command("settings", "export", str(file))
        assert (code, file.stat().st_mode & 0o777) == (0, 0o600), said
        assert SECRET not in file.read_text() and "wire-secret" not in file.read_text()

    async with world(tmp_path / "two") as two:
        olive = await two.owner()
        fresh = await _looked_at(olive)
        code, said = await two.product.command("settings", "import", str(file))
        assert (code, "integrations.0 (tautulli): not taken over" in said) == (1, True), said
        assert "monitors.0 (Router): would be made" in said
        assert await _looked_at(olive) == fresh, "a dry run changes nothing"

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


@pytest.mark.parametrize(
    "broken, words",
    [
        ({"version": 2}, "version 2 of the format"),
        ({"plugins": []}, "No part is called plugins"),
        ({"format": "other"}, "no file of settings"),
        ({"rules": [{"name": "Odd", "yearFrom": "old"}]}, r"rules\.0\.yearFrom: "),
        ({"rules": [{"name": "Odd", "userId": str(UUID(int=1))}]}, r"rules\.0: name whom it is for"),
        ({"monitors": [{"name": "A", "spec": {"kind": "odd"}}]}, r"monitors\.0\.spec: "),
        ({"maintenance": [WEEKLY]}, r"maintenance\.0: it is for everything, or"),
    ],
    ids=[
        "newer",
        "unknown part",
        "another format",
        "wrong value",
        "id of a person",
        "unknown kind",
        "for nothing",
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(broken: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(json.dumps({"format": "medianest-settings", "version": 1} | broken))


@pytest.mark.parametrize(
    "broken, words",
    [
        (
            {"rules": [{"name": "A"}, {"name": "B"}, {"name": "A"}]},
            r"\nrules\.2: there is one called A before",
        ),
        ({"monitors": [MONITOR, MONITOR]}, r"\nmonitors\.1: there is one called"),
        (
            {"monitors": [MONITOR | {"needs": ["B"]}]},
            r"\nmonitors\.0\.needs: the file has no monitor called B",
        ),
    ],
    ids=["two rules", "two monitors", "needs what is not there"],
)
def test_a_file_that_contradicts_itself_is_refused_before_anything_starts(
    broken: dict[str, Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIANEST_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "house.json"
    file.write_text(json.dumps({"format": "medianest-settings", "version": 1} | broken))
    ended = CliRunner().invoke(app, ["settings", "import", str(file), "--apply"])
    assert isinstance(ended.exception, Refused)
    assert re.search(words, str(ended.exception))
    assert not (tmp_path / "data").exists()


def test_a_file_that_is_no_json_is_refused() -> None:
    with pytest.raises(Refused, match="This is no JSON"):
        read("{")


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


def _plain(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each, names) for name, each in value.items() if name not in HAPPENED}
    if isinstance(value, list):
        return [_plain(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value
