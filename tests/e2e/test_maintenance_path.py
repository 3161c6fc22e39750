"""An administrator has something repaired: it may be down meanwhile, and afterwards it is told what it was."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from medianest.testing import eventually
from medianest_common.testing.live_client import LiveClient
from tests.world import Person, world


async def test_from_maintenance_to_an_outage_with_a_note(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as found:
        olive, frida = await found.owner(), await found.friend("Frida")
        page = await found.listen(frida)
        body: dict[str, Any] = {
            "name": "Cloud",
            "spec": {"kind": "http", "url": f"{found.plex.server_url}/identity"},
            "visibility": "everyone",
            "intervalSeconds": 20,
            "failures": 1,
            "outOf": 1,
            "successes": 1,
        }
        monitor = (await olive.post("/admin/monitors", body)).raise_for_status().json()["monitor"]
        key, path = f"monitor:{monitor['id']}", f"/services/{monitor['id']}"
        await eventually(lambda: _is(page, key, "up"))

        plan = {
            "title": "New disks",
            "zone": "Europe/Berlin",
            "startsAtLocal": f"{(datetime.now(UTC) - timedelta(days=7)).date()}T00:00",
            # As long as the day on which the clocks are put back.
            "durationSeconds": 90_000,
            "rule": "FREQ=DAILY",
            "monitorIds": [monitor["id"]],
        }
        refused = await olive.post("/admin/monitors/maintenance", plan | {"rule": "FREQ=SECONDLY"})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "rule")
        made = (await olive.post("/admin/monitors/maintenance", plan)).raise_for_status().json()
        assert made["state"] == "active"
        assert made["windows"][0]["startsAtLocal"].endswith(("+01:00", "+02:00"))
        await eventually(lambda: _is(page, key, "maintenance"))
        assert page.shown[key].data["maintenanceUntil"]
        assert (await frida.get(path)).json()["maintenanceUntil"]
        found.plex.server.fail_with("refuse")
        called_off = await olive.post(f"/admin/monitors/maintenance/{made['id']}/cancel")
        assert called_off.raise_for_status().json()["state"] == "ended"
        await eventually(lambda: _is(page, key, "down"))

        incident = await eventually(lambda: _incident(frida, path))
        noted = {"text": "The disk is full."}
        (await olive.post(f"/admin/incidents/{incident['id']}/notes", noted)).raise_for_status()
        found.plex.server.heal()
        await olive.post(f"/admin/monitors/{monitor['id']}/check")
        await eventually(lambda: _is(page, key, "up"))
        said = {"text": "The log was not rotated.", "version": 0}
        address = f"/api/v1/admin/incidents/{incident['id']}/post-mortem"
        written = await olive.http.put(address, json=said, headers={"X-CSRF-Token": olive.csrf})
        written.raise_for_status()
        late = await olive.http.put(address, json=said, headers={"X-CSRF-Token": olive.csrf})
        assert (late.status_code, late.json()["code"]) == (409, "POST_MORTEM_CHANGED")
        seen = await _incident(frida, path)
        assert [turn["what"] for turn in seen["timeline"]] == ["down", "up"]
        assert ([note["text"] for note in seen["notes"]], seen["postMortem"]) == (
            ["The disk is full."],
            "The log was not rotated.",
        )
        assert (await frida.get("/admin/incidents")).status_code == 403
        await eventually(lambda: _in_audit(olive, made["id"]))
        await eventually(lambda: _incident_in_audit(olive, incident["id"]))
        held = await eventually(lambda: _held_by_health(olive))
        assert [row["text"] for row in held["incident_notes"]] == ["The disk is full."]


async def _is(live: LiveClient, key: str, status: str) -> bool:
    return key in live.shown and live.shown[key].data["status"] == status


async def _incident_in_audit(olive: Person, incident_id: str) -> bool:
    items = (await olive.get("/admin/audit", params={"limit": 100})).raise_for_status().json()["items"]
    done = {item["action"] for item in items if item["target"] == f"incident:{incident_id}"}
    return done == {"incident_note", "incident_post_mortem"}


async def _in_audit(olive: Person, maintenance_id: str) -> bool:
    items = (await olive.get("/admin/audit", params={"limit": 100})).raise_for_status().json()["items"]
    done = [item["action"] for item in items if item["target"] == f"maintenance:{maintenance_id}"]
    return sorted(done) == ["maintenance_cancel", "maintenance_plan"]


async def _held_by_health(olive: Person) -> dict[str, Any]:
    """Once it has said everything in time."""
    part = (await olive.get("/users/me/export")).raise_for_status().json()["parts"]["health"]
    assert part["complete"]
    tables: dict[str, Any] = part["tables"]
    return tables


async def _incident(person: Person, path: str) -> Any:
    items = (await person.get(f"{path}/incidents")).raise_for_status().json()["items"]
    return items[0] if items else None
