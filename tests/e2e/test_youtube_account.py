"""An administrator sets the account's cookies over HTTP, tries them, and what had failed for want of them is had."""

from pathlib import Path
from typing import Any

import httpx

from medianest.testing import eventually
from medianest_common.testing.fake_youtube import Failure, FakeYoutube, Video
from tests.world import Person, world

VIDEO = "aaaaaaaaaaa"
URL = f"https://youtu.be/{VIDEO}"
COOKIES = "/youtube/cookies"


async def _becomes(person: Person, id: str, *statuses: str) -> dict[str, Any]:
    async def there() -> dict[str, Any]:
        download = (await person.get(f"/youtube/downloads/{id}")).json()
        assert download["status"] in statuses, download
        return dict(download)

    return await eventually(there, within=90)


async def _put(person: Person, file: str) -> httpx.Response:
    headers = {"X-CSRF-Token": person.csrf}
    return await person.http.put(f"/api/v1{COOKIES}", json={"file": file}, headers=headers)


async def test_cookies_are_set_tried_and_used(tmp_path: Path, youtube: FakeYoutube) -> None:
    """pinchflat#603"""
    youtube.add(Video(id=VIDEO, failure=Failure.MEMBERS_ONLY))
    settings: dict[str, Any] = {
        "youtube_dir": str(tmp_path / "library"),
        "youtube_proxy": youtube.proxy_url,
        "youtube_ca_file": str(youtube.ca_file),
        "youtube_disk_reserve": "0",
    }
    async with world(tmp_path / "data", **settings) as house:
        olive = await house.owner()
        frida = await house.friend("Frida")
        asked = (await frida.post("/youtube/download", {"url": URL})).json()["download"]
        failed = await _becomes(frida, asked["id"], "failed")
        assert failed["failure"]["code"] == "MEMBERS_ONLY"
        assert (await olive.post(f"{COOKIES}/test", {})).json()["code"] == "NO_COOKIES"

        for file in ("x" * 256_001, "a-secret in no cookie file"):
            refused = await _put(olive, file)
            assert refused.status_code == 422
            assert "a-secret" not in refused.text and "xxxx" not in refused.text
        report = await _put(olive, youtube.cookies)
        assert report.status_code == 200, report.text
        assert (report.json()["present"], report.json()["domains"]) == (True, ["youtube.com"])
        assert (await frida.get(COOKIES)).status_code == 403

        # Without a link the one is tried that has failed for want of them.
        tried = (await olive.post(f"{COOKIES}/test", {})).json()
        assert (tried["helps"], tried["withCookies"]["seen"]) == (True, True), tried
        assert tried["without"]["code"] == "MEMBERS_ONLY"
        assert (await frida.post("/youtube/downloads/retry-failed", {})).status_code == 204
        await _becomes(frida, asked["id"], "importing", "ready")

        assert (await olive.delete(COOKIES)).status_code == 204
        assert (await olive.get(COOKIES)).json()["present"] is False
        seen = "".join([report.text, str(tried), (await olive.get("/youtube/downloads")).text])
        secrets = [line.split("\t")[6] for line in youtube.cookies.splitlines() if "\t" in line]
        assert not [secret for secret in secrets if secret != "fixture" and secret in seen]
