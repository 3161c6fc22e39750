"""From a link to a file in the library, over HTTP, with the whole product and a pretend YouTube."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from medianest.testing import eventually
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from medianest_common.testing.live_client import LiveClient
from tests.contract.frames import complaints
from tests.world import Person, world

VIDEO = "aaaaaaaaaaa"
URL = f"https://youtu.be/{VIDEO}?si=whatever"


async def _is_there(person: Person, id: str) -> dict[str, Any]:
    async def there() -> dict[str, Any]:
        download = (await person.get(f"/youtube/downloads/{id}")).json()
        assert download["status"] in ("importing", "ready"), download
        return dict(download)

    return await eventually(there, within=90)


async def _shown(live: LiveClient, *statuses: str) -> bool:
    return any(s.type == "download.progress" and s.data["status"] in statuses for s in live.states)


async def test_from_a_link_to_a_file_that_two_people_share(tmp_path: Path, youtube: FakeYoutube) -> None:
    youtube.add(Video(id=VIDEO, title="Trains"))
    folder = tmp_path / "library"
    settings = {
        "youtube_dir": str(folder),
        "youtube_proxy": youtube.proxy_url,
        "youtube_ca_file": str(youtube.ca_file),
        "youtube_disk_reserve": "0",
    }
    async with world(tmp_path / "data", started=True, processes=False, **settings) as house:
        olive = await house.owner()
        frida, bert = await house.friend("Frida"), await house.friend("Bert")

        seen = await frida.get("/youtube/metadata", params={"url": URL})
        assert seen.status_code == 200, seen.text
        assert (seen.json()["kind"], seen.json()["title"]) == ("video", "Trains")

        live = await house.listen(frida)
        key = {"Idempotency-Key": str(uuid4())}
        asked = await frida.post("/youtube/download", {"url": URL}, headers=key)
        assert asked.status_code == 201, asked.text
        again = await frida.post("/youtube/download", {"url": URL}, headers=key)
        assert again.json() == asked.json()
        twice = await frida.post("/youtube/download", {"url": VIDEO})
        assert (twice.status_code, twice.json()["code"]) == (409, "DUPLICATE_DOWNLOAD")
        mine = asked.json()["download"]
        assert twice.json()["link"] == f"/api/v1/youtube/downloads/{mine['id']}"

        stored = await _is_there(frida, mine["id"])
        assert (stored["title"], stored["failure"], stored["path"]) == ("Trains", None, None)
        assert stored["size"] > 0
        await eventually(lambda: _shown(live, "importing", "ready"), within=20)
        assert complaints(live.frames) == [], "each frame is as AsyncAPI has it"
        [path] = folder.rglob(f"*{VIDEO}*.mp4")
        assert (await olive.get("/youtube/downloads")).json()["items"][0]["path"] == str(
            path.relative_to(folder)
        )

        joined = (await bert.post("/youtube/download", {"url": URL})).json()["download"]
        assert joined["status"] in ("importing", "ready") and joined["shared"]
        assert (await bert.get("/youtube/quota")).json()["usedInHour"] == 0
        assert (await bert.get(f"/youtube/downloads/{mine['id']}")).status_code == 404
        assert [item["id"] for item in (await bert.get("/youtube/downloads")).json()["items"]] == [
            joined["id"]
        ]
        evil = await bert.post("/youtube/download", {"url": "http://169.254.169.254/latest"})
        assert (evil.status_code, evil.json()["code"]) == (422, "UNSUPPORTED_URL")
        assert "169.254" not in evil.text
        for body in ({}, {"url": ""}, {"url": URL, "exec": "id"}, {"url": URL, "quality": "8k"}):
            assert (await bert.post("/youtube/download", body)).status_code == 422


async def test_without_room_that_is_said_with_what_would_help(tmp_path: Path, youtube: FakeYoutube) -> None:
    youtube.add(Video(id=VIDEO))
    settings = {
        "youtube_dir": str(tmp_path / "library"),
        "youtube_proxy": youtube.proxy_url,
        "youtube_ca_file": str(youtube.ca_file),
        "youtube_disk_reserve": str(10**17),
    }
    playlist = f"https://www.youtube.com/playlist?list=PL{'a' * 32}"
    async with world(tmp_path / "data", started=True, processes=False, **settings) as house:
        olive = await house.owner()
        for url in (URL, playlist):
            refused = await olive.post("/youtube/download", {"url": url})
            problem = refused.json()
            assert (refused.status_code, problem["code"]) == (507, "NO_SPACE")
            assert refused.headers["content-type"] == "application/problem+json"
            assert "lower the reserve" in problem["detail"]
            assert problem["reserve"] == 10**17 and problem["missing"] > 0 and problem["free"] > 0
        assert (await olive.get("/youtube/downloads")).json()["items"] == []
        quota = (await olive.get("/youtube/quota")).json()
        assert (quota["diskReserve"], quota["usedInHour"]) == (10**17, 0)
