"""From an Uptime Kuma of before to monitors here, over HTTP and with the whole product running."""

from pathlib import Path

import httpx
import pytest

from medianest.testing import eventually
from medianest_common.testing.fake_uptime_kuma import FakeUptimeKuma
from tests.world import world

IMPORT = "/admin/monitors/import/uptime-kuma"


@pytest.mark.long
async def test_what_an_uptime_kuma_watches_is_watched_here(tmp_path: Path) -> None:
    async with FakeUptimeKuma.start() as kuma, world(tmp_path / "data") as here:
        kuma.monitored.add("Broker", "mqtt", hostname="mqtt.example")
        kuma.socket.code = "123456"
        olive = await here.owner()
        asked = {"url": f"{kuma.url}/dashboard", "username": "kuma", "password": "correct horse"}

        refused = await olive.post(IMPORT, asked)
        assert (refused.status_code, refused.json()["code"]) == (422, "KUMA_CODE_REQUIRED")
        looked = await olive.post(IMPORT, {**asked, "code": "123456"})
        assert (looked.status_code, looked.json()["dryRun"]) == (200, True)
        kuma.socket.code = "654321"
        made = await olive.post(IMPORT, {**asked, "code": "654321", "dryRun": False})
        assert made.status_code == 200
        assert "no-store" in made.headers["cache-control"]
        answer = made.json()
        assert [(each["what"], each["name"]) for each in answer["created"]] == [
            (each["what"], each["name"]) for each in looked.json()["created"]
        ]
        assert [each["type"] for each in answer["notImported"]] == ["mqtt"]

        imported = {each["id"] for each in answer["created"] if each["what"] == "monitor"}

        async def is_written_down() -> bool:
            params = {"action": "monitor_create", "limit": 100}
            log = (await olive.get("/admin/audit", params=params)).raise_for_status().json()["items"]
            return {each["target"] for each in log} == {f"monitor:{each}" for each in imported}

        await eventually(is_written_down)
        (token,) = answer["pushTokens"]
        async with httpx.AsyncClient() as script:
            heard = await script.get(f"{here.product.url}{token['path']}", params={"status": "up"})
        assert heard.json() == {"ok": True}
        shown = (await olive.get("/services/status")).json()["items"]
        assert {"Plex", "Sonarr", "Backup job"} <= {each["name"] for each in shown}
        log = here.product.log.read_text("utf-8", "replace")
        for secret in ("correct horse", "123456", "654321", token["token"]):
            assert secret not in log
