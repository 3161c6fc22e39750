"""An administrator has something watched, shows it, hides it again, and puts it on a page for everybody."""

from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

from medianest.testing import eventually
from medianest_common.testing.live_client import LiveClient
from tests.world import Person, world


async def test_from_a_new_monitor_to_a_page_for_everybody(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as found:
        olive, frida, nobody = await found.owner(), await found.friend("Frida"), await found.person()
        page, hers = await found.listen(frida), await found.listen(olive)
        body: dict[str, Any] = {
            "name": "Cloud",
            "spec": {
                "kind": "http",
                "url": f"{found.plex.server_url}/identity",
                "headers": {"X-Api-Key": "hush-hush"},
            },
        }
        tried = (await olive.post("/admin/monitors/test", {"spec": body["spec"]})).raise_for_status().json()
        assert tried["status"] == "up"
        made = (await olive.post("/admin/monitors", body)).raise_for_status().json()["monitor"]
        key, path = f"monitor:{made['id']}", f"/services/{made['id']}"
        await eventually(lambda: _is_up(hers, key))
        await eventually(lambda: _is_checked(olive, made))
        assert key not in page.shown and (await frida.get(path)).status_code == 404

        await _show(olive, made, "everyone")
        await eventually(lambda: _is_up(page, key))
        assert (await frida.get(path)).json()["name"] == "Cloud"
        await _show(olive, made, "admins")
        await eventually(lambda: _true(key not in page.shown))
        assert key in hers.shown and (await frida.get(path)).status_code == 404

        badge = f"{path}/badge.svg"
        assert (await nobody.get(badge)).status_code == 404
        wanted = {
            "slug": "house",
            "title": "Our house",
            "published": True,
            "monitors": [{"monitorId": made["id"], "shownAs": "Files"}],
        }
        (await olive.post("/admin/status-pages", wanted)).raise_for_status()
        told = (await nobody.get("/status/house")).raise_for_status()
        assert told.headers["cache-control"] == "public, max-age=30"
        assert told.json()["groups"][0]["monitors"][0]["name"] == "Files"
        assert "Cloud" not in told.text and "127.0.0.1" not in told.text
        again = await nobody.get("/status/house", headers={"If-None-Match": told.headers["etag"]})
        assert again.status_code in (200, 304)
        picture = (await nobody.get(badge)).raise_for_status()
        assert picture.headers["content-type"].startswith("image/svg+xml")
        assert picture.headers["cross-origin-resource-policy"] == "cross-origin"
        for kind in ("atom", "rss"):
            ElementTree.fromstring(
                (await nobody.get(f"/status/house/feed.{kind}")).raise_for_status().content
            )

        push = {"name": "Backup", "spec": {"kind": "push"}}
        made_once = {"Idempotency-Key": "backup-1"}
        answer = (await olive.post("/admin/monitors", push, headers=made_once)).raise_for_status()
        assert "content-encoding" not in answer.headers
        backup = answer.json()
        again = (await olive.post("/admin/monitors", push, headers=made_once)).raise_for_status().json()
        assert (again["monitor"]["id"], again["pushToken"]) == (backup["monitor"]["id"], None)
        address = backup["pushPath"].removeprefix("/api/v1")
        assert (await nobody.get(f"{address}?status=up&msg=OK&ping=")).json() == {"ok": True}
        await eventually(lambda: _is_up(hers, f"monitor:{backup['monitor']['id']}"))
        unknown = await nobody.get(f"{address}x")
        assert (unknown.status_code, unknown.json()["ok"]) == (404, False)
        await eventually(lambda: _all_in_audit(olive, made))
        await _carry_much(olive)
        log = found.product.log.read_text()
        assert backup["pushToken"] not in log and "hush-hush" not in log


async def _show(olive: Person, monitor: dict[str, Any], visibility: str) -> None:
    body = {"ids": [monitor["id"]], "action": "visibility", "visibility": visibility}
    assert (await olive.post("/admin/monitors/bulk", body)).raise_for_status().json() == {"changed": 1}


async def _carry_much(olive: Person) -> None:
    """More than one message on the bus holds."""
    spec = {"kind": "http", "url": "https://cloud.example/", "method": "POST", "body": "x" * 10_000}
    for half in range(2):
        made = [
            {"ref": str(uuid4()), "name": f"Much {half}.{n}", "spec": spec, "paused": True} for n in range(60)
        ]
        body = {"document": {"monitors": made}, "dryRun": False}
        (await olive.post("/admin/monitors/import", body)).raise_for_status()
    document = (await olive.get("/admin/monitors/export")).raise_for_status().json()
    names = [each["name"] for each in document["monitors"]]
    assert len(names) == len(set(names)) == 122 and "nextCursor" not in document
    again = {"document": document | {"monitors": document["monitors"][:60]}}
    assert (
        len((await olive.post("/admin/monitors/import", again)).raise_for_status().json()["unchanged"]) == 60
    )


async def _all_in_audit(olive: Person, monitor: dict[str, Any]) -> bool:
    items = (await olive.get("/admin/audit", params={"limit": 100})).raise_for_status().json()["items"]
    done = [item["action"] for item in items if item["target"] == f"monitor:{monitor['id']}"]
    return sorted(done) == ["monitor_create", "monitor_hide", "monitor_show"]


async def _is_checked(olive: Person, monitor: dict[str, Any]) -> bool:
    """Or is being looked at still, where the time was up."""
    answer = (await olive.post(f"/admin/monitors/{monitor['id']}/check")).raise_for_status()
    assert answer.status_code in (200, 202)
    return answer.status_code == 200 and answer.json()["status"] == "up"


async def _is_up(live: LiveClient, key: str) -> bool:
    return key in live.shown and live.shown[key].data["status"] == "up"


async def _true(is_so: bool) -> bool:
    return is_so
