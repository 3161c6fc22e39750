"""From what other systems tell by themselves to what people see of it, over HTTP and with every service running."""

import base64
import json
import time
from pathlib import Path
from typing import Any

from medianest.testing import eventually
from medianest_common import testing
from medianest_common.testing.fake_arr import FakeRadarr
from medianest_common.testing.fake_tmdb import FakeTmdb
from medianest_gateway.signed_webhooks import sign
from tests.world import Person, world

FILM = 129
RADARR, KUMA, NAS = (
    "radarrs-secret-in-its-address",
    "kumas-secret-in-its-address",
    "nas-secret-of-a-good-length",
)
RECORDED = Path(testing.__path__[0]) / "fixtures" / "webhooks"


def recorded(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    return body


async def test_what_they_tell_is_seen_at_once_and_what_nobody_understands_is_kept(tmp_path: Path) -> None:
    async with FakeRadarr.start() as radarr, FakeTmdb.start() as tmdb:
        radarr.knows(FILM, "Spirited Away", 2001)
        tmdb.catalogue.add_movie(FILM, "Spirited Away", 2001)
        async with world(
            tmp_path / "data",
            radarr_url=radarr.url,
            radarr_api_key=radarr.api_key,
            tmdb_url=tmdb.url,
            tmdb_api_key=tmdb.api_key,
            overseerr_url="",
            overseerr_api_key="",
            radarr_webhook_secret=RADARR,
            uptime_kuma_webhook_secret=KUMA,
            generic_webhook_secrets=f"nas={NAS}",
            media_poll_seconds="3600",
        ) as house:
            olive, frida, stranger = await house.owner(), await house.friend(), await house.person()
            live = await house.listen(olive)

            async def tell(path: str, body: dict[str, Any], **headers: str) -> int:
                answer = await stranger.http.post(f"/api/v1/webhooks/{path}", json=body, headers=headers)
                return answer.status_code

            asked = (await frida.request("movie", FILM)).json()["id"]
            assert (await olive.post(f"/media/requests/{asked}/approve")).status_code == 200
            await eventually(lambda: _is_there(radarr))
            radarr.arrives(FILM)
            assert await tell("radarr/wrong", recorded("radarr/movie_download")) == 404
            assert await tell(f"radarr/{RADARR}", recorded("radarr/movie_download")) == 202
            await eventually(lambda: _is_downloaded(frida, asked))

            basic = base64.b64encode(f"radarr:{RADARR}".encode()).decode()
            stuck = recorded("sonarr/series_interaction_required") | {
                "eventType": "ManualInteractionRequired"
            }
            stuck["movie"] = {"title": "Heat", "tmdbId": 949}
            assert await tell("radarr", stuck, Authorization=f"Basic {basic}") == 202
            told = await live.event("service.download_stuck", within=60)
            assert told["data"]["title"] == "Heat"

            assert await tell(f"uptime-kuma/{KUMA}", recorded("uptime_kuma/webhook_push_down")) == 202
            assert await tell(f"radarr/{RADARR}", {"eventType": "Lullaby", "apiKey": "abcdefabcdef"}) == 202
            assert await _signed(stranger, b'{"event":"down","monitor":"Scrub"}') == 202
            await eventually(lambda: _are_down(olive, {"Backup job", "Scrub"}))

            [kept] = await eventually(lambda: _kept(olive))
            assert (kept["source"], kept["event"]) == ("radarr", "Lullaby")
            assert "abcdefabcdef" not in kept["body"]
            assert (await frida.get("/admin/webhooks")).status_code == 403
            assert (await olive.get("/admin/webhooks", params={"cursor": "x"})).status_code == 400
        log = house.product.log.read_text(errors="replace")
        assert not [secret for secret in (RADARR, KUMA, NAS) if secret in log]


async def _signed(stranger: Person, body: bytes) -> int:
    timestamp = str(int(time.time()))
    headers = {
        "webhook-id": "one",
        "webhook-timestamp": timestamp,
        "webhook-signature": sign(NAS.encode(), delivery_id="one", timestamp=timestamp, body=body),
    }
    answer = await stranger.http.post("/api/v1/webhooks/generic/nas", content=body, headers=headers)
    return answer.status_code


async def _is_there(radarr: FakeRadarr) -> bool:
    return radarr.of(FILM) is not None


async def _is_downloaded(person: Person, request_id: str) -> bool:
    seen = (await person.get(f"/media/requests/{request_id}")).json()
    return "downloaded" in (seen["statusReason"] or "")


async def _are_down(person: Person, names: set[str]) -> bool:
    items = (await person.get("/services/status")).json()["items"]
    return names <= {each["name"] for each in items if each["status"] == "down"}


async def _kept(person: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await person.get("/admin/webhooks")).json()["items"]
    return items
