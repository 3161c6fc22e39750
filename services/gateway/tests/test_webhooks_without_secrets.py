"""Where no secret is set, a webhook's door is shut: nothing, shown for nothing, is no secret."""

from datetime import UTC, datetime

import httpx
import pytest

from medianest import registry
from medianest.testing import Sandbox, free_port
from medianest_common.errors import Unauthenticated
from medianest_gateway.signed_webhooks import sign, verify

SYSTEMS = ("sonarr", "radarr", "prowlarr", "uptime-kuma", "tautulli")
NEWS = {"eventType": "Test"}


async def test_attack_82_where_no_secret_is_set_nobody_is_let_in(sandbox: Sandbox) -> None:
    port = free_port()
    await sandbox.start(
        *registry.services(["gateway"]), port=port, base_url=f"http://localhost:{port}", rate_limit_scale=100
    )
    async with httpx.AsyncClient(base_url=f"http://localhost:{port}/api/v1/webhooks", timeout=60) as stranger:
        for headers in (
            {},
            *({"Authorization": shown} for shown in ("", "Bearer", "Basic Og==", "None")),
        ):
            for system in (*SYSTEMS, "overseerr"):
                assert (await stranger.post(f"/{system}", json=NEWS, headers=headers)).status_code == 401
        for system in (*SYSTEMS, "plex"):
            for shown in ("None", "%20", "**********"):
                assert (await stranger.post(f"/{system}/{shown}", json=NEWS)).status_code in (404, 422)
    for stream in ("JOB_HEALTH", "JOB_MEDIA", "JOB_PLEX"):
        assert (await sandbox.bus.js.stream_info(stream)).state.messages == 0


@pytest.mark.parametrize("key", [b"", b"nobody's"])
def test_attack_82_without_a_key_no_signature_fits(key: bytes) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    timestamp = str(int(now.timestamp()))
    signature = sign(key, delivery_id="one", timestamp=timestamp, body=b"{}")
    headers = {"webhook-id": "one", "webhook-timestamp": timestamp, "webhook-signature": signature}
    with pytest.raises(Unauthenticated):
        verify(None, headers, b"{}", now=now)
