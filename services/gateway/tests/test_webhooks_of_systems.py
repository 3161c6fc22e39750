"""The doors for Sonarr, Radarr, Prowlarr, Uptime Kuma and whatever signs: who is let in (attack 82), what goes on."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from medianest import registry
from medianest.testing import Sandbox, free_port
from medianest_common import testing
from medianest_common.contracts.health.webhooks import ReceiveWebhook
from medianest_common.packing import unpack
from medianest_gateway.settings import GatewaySettings
from medianest_gateway.signed_webhooks import key_of, sign

FIXTURES = Path(testing.__path__[0]) / "fixtures" / "webhooks"
SECRETS = {
    "sonarr": "sonarrs-secret-of-32-characters-",
    "radarr": "radarrs-secret-of-32-characters-",
    "prowlarr": "prowlarrs-secret-32-characters--",
    "uptime-kuma": "kumas-secret-of-thirty-two-chars",
}
KEY = "nas-secret-that-is-long-enough-1"
ENCODED = "whsec_" + base64.b64encode(b"another-secret-of-32-characters!").decode()
NEWS = {"eventType": "Grab", "movie": {"tmdbId": 603}}


@dataclass
class Doors:
    http: httpx.AsyncClient
    sandbox: Sandbox

    async def jobs(self) -> list[ReceiveWebhook]:
        """What lies on the bus for the health service, which does not run here."""
        info = await self.sandbox.bus.js.stream_info("JOB_HEALTH")
        found = []
        for number in range(info.state.first_seq, info.state.last_seq + 1 if info.state.messages else 0):
            message = await self.sandbox.bus.js.get_msg("JOB_HEALTH", number)
            if message.subject == ReceiveWebhook.subject and message.data:
                found.append(ReceiveWebhook.model_validate_json(message.data))
        return found

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        if "content" not in options and "data" not in options:
            options["json"] = NEWS if body is None else body
        return await self.http.post(f"/api/v1/webhooks/{path}", **options)

    async def signed(
        self,
        body: bytes,
        *,
        name: str = "nas",
        key: bytes = KEY.encode(),
        delivery_id: str = "one",
        at: float = 0,
        sent: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """`at` seconds from now."""
        timestamp = str(int(self.sandbox.clock.now().timestamp() + at))
        signature = sign(key, delivery_id=delivery_id, timestamp=timestamp, body=body)
        shown = {
            "webhook-id": delivery_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature,
        }
        return await self.http.post(
            f"/api/v1/webhooks/generic/{name}",
            content=body if sent is None else sent,
            headers=shown | (headers or {}),
        )


@pytest.fixture
async def doors(sandbox: Sandbox) -> AsyncIterator[Doors]:
    port = free_port()
    await sandbox.start(
        *registry.services(["gateway"]),
        port=port,
        base_url=f"http://localhost:{port}",
        rate_limit_scale=100,
        generic_webhook_secrets=f"nas={KEY}, ci={ENCODED}",
        **{f"{source.replace('-', '_')}_webhook_secret": secret for source, secret in SECRETS.items()},
    )
    async with httpx.AsyncClient(base_url=f"http://localhost:{port}", timeout=60) as client:
        yield Doors(client, sandbox)


def same(answer: httpx.Response) -> dict[str, Any]:
    return {**answer.json(), "instance": "", "correlationId": ""}


async def test_each_is_let_in_with_its_own_secret_in_the_address_or_in_a_header(doors: Doors) -> None:
    for source, secret in SECRETS.items():
        basic = base64.b64encode(f"medianest:{secret}".encode()).decode()
        for path, headers in (
            (f"{source}/{secret}", {}),
            (source, {"Authorization": f"Basic {basic}"}),
            (source, {"Authorization": f"Bearer {secret}"}),
        ):
            assert (await doors.post(path, headers=headers)).status_code == 202
    jobs = await doors.jobs()
    assert [job.source for job in jobs] == [source for source in SECRETS for _ in range(3)]
    assert all(json.loads(job.body) == NEWS and not job.packed for job in jobs)


async def test_a_wrong_secret_and_none_are_the_same_nothing(doors: Doors) -> None:
    nothing, refused = [], []
    for source, secret in SECRETS.items():
        for wrong in ("wrong", secret[:-1], secret + "x", secret.upper(), "é", KEY):
            answer = await doors.post(f"{source}/{wrong}")
            assert answer.status_code == 404
            nothing.append(same(answer))
        basic = base64.b64encode(b"medianest").decode()
        for header in ("", "Basic", "Basic ###", f"Basic {basic}", f"Digest {secret}", secret, "Bearer"):
            answer = await doors.post(source, headers={"Authorization": header})
            assert answer.status_code == 401
            refused.append(same(answer))
    assert all(each == nothing[0] for each in nothing)
    assert all(each == refused[0] for each in refused)
    assert await doors.jobs() == []


async def test_what_was_recorded_arrives_as_it_was(doors: Doors) -> None:
    sent = []
    for path in sorted(FIXTURES.glob("*/*.json")):
        source = path.parent.name.replace("_", "-")
        if source in SECRETS:
            body = path.read_bytes()
            assert (await doors.post(f"{source}/{SECRETS[source]}", content=body)).status_code == 202
            sent.append((source, body.decode()))
    assert len(sent) >= 35
    assert [(job.source, job.body) for job in await doors.jobs()] == sent


async def test_uptime_kuma_may_send_a_form(doors: Doors) -> None:
    path = f"uptime-kuma/{SECRETS['uptime-kuma']}"
    body = (FIXTURES / "uptime_kuma" / "webhook_push_down.json").read_text("utf-8")
    assert (await doors.post(path, data={"data": body})).status_code == 202
    parts = {"data": (None, body.encode())}
    assert (await doors.http.post(f"/api/v1/webhooks/{path}", files=parts)).status_code == 202
    assert (await doors.post(path, data={"other": body})).status_code == 400
    odd = {"Content-Type": "multipart/form-datax"}
    assert (await doors.post(path, content=b"data=1", headers=odd)).status_code == 400
    assert [job.body for job in await doors.jobs()] == [body, body]


async def test_a_body_may_have_a_megabyte_and_has_to_be_an_object(doors: Doors) -> None:
    path = f"sonarr/{SECRETS['sonarr']}"
    pack = {"eventType": "Download", "episodes": [{"id": n, "overview": "ä" * 400} for n in range(1000)]}
    assert (await doors.post(path, pack)).status_code == 202
    for content in (b"", b"[]", b"null", b"{", b"\xff", b"[" * 20_000):
        assert (await doors.post(path, content=content)).status_code == 400
    with suppress(httpx.TransportError):  # refused before all of it has been sent
        assert (await doors.post(path, {"more": "x" * (1 << 20)})).status_code == 413
    [job] = await doors.jobs()
    assert json.loads(unpack(job.body)) == pack


async def test_a_signed_one_is_let_in(doors: Doors) -> None:
    body = b'{"event": "up",  "odd":"\xc3\xa4"}'
    assert (await doors.signed(body)).status_code == 202
    assert (await doors.signed(body, name="ci", key=key_of(ENCODED))).status_code == 202
    for at in (-295, 295):
        assert (await doors.signed(body, at=at, delivery_id=f"at{at}")).status_code == 202
    jobs = await doors.jobs()
    assert [(job.name, job.delivery_id) for job in jobs[:2]] == [("nas", "one"), ("ci", "one")]
    assert all(job.body.encode() == body for job in jobs)


async def test_one_of_several_signatures_is_enough_while_a_secret_is_replaced(doors: Doors) -> None:
    timestamp = str(int(doors.sandbox.clock.now().timestamp()))
    good = sign(KEY.encode(), delivery_id="one", timestamp=timestamp, body=b"{}")
    headers = {"webhook-timestamp": timestamp, "webhook-signature": f"v1,AAAA v2,x {good}"}
    assert (await doors.signed(b"{}", headers=headers)).status_code == 202


async def test_whatever_is_wrong_with_a_signature_is_answered_alike(doors: Doors) -> None:
    body = b'{"event": "up"}'
    answers = [
        await doors.signed(body, name="nobody"),
        await doors.signed(body, name="nobody", key=b"nobody's"),
        await doors.signed(body, name="ci"),
        await doors.signed(body, key=b"wrong"),
        await doors.signed(body, sent=body + b" "),
        await doors.signed(body, at=-310),
        await doors.signed(body, at=310),
        await doors.signed(body, headers={"webhook-id": "another"}),
        await doors.signed(body, headers={"webhook-timestamp": "1"}),
        await doors.signed(body, headers={"webhook-timestamp": "-1"}),
        await doors.signed(body, headers={"webhook-signature": ""}),
        await doors.signed(body, headers={"webhook-signature": "v1,".ljust(300, "x")}),
        await doors.signed(body, delivery_id=""),
        await doors.signed(body, delivery_id="x" * 129),
        await doors.http.post("/api/v1/webhooks/generic/nas", content=body),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert all(same(answer) == same(answers[0]) for answer in answers)
    assert await doors.jobs() == []


async def test_no_secret_is_in_a_log(doors: Doors, capfd: pytest.CaptureFixture[str]) -> None:
    for source, secret in SECRETS.items():
        await doors.post(f"{source}/{secret}")
        await doors.post(f"{source}/{secret}", content=b"nonsense")
        await doors.http.get(f"/api/v1/webhooks/{source}/{secret}")
        await doors.post(f"{source}/{secret}/more")
        await doors.post(source, headers={"Authorization": f"Bearer {secret}"})
    await doors.signed(b"{}")
    shown = "".join(capfd.readouterr())
    assert "/webhooks/sonarr/{secret}" in shown
    assert not [secret for secret in (*SECRETS.values(), KEY, ENCODED) if secret in shown]


@pytest.mark.parametrize(
    "secrets",
    ["nas", "nas=short", "=" + KEY, "NAS=" + KEY, f"nas={KEY},nas={KEY}", "nas=whsec_###", "nas=whsec_AAAA"],
)
def test_secrets_that_cannot_be_meant_are_refused_at_the_start(secrets: str) -> None:
    with pytest.raises(ValueError, match=r"takes|base64") as refused:
        GatewaySettings(
            generic_webhook_secrets=SecretStr(secrets), nats_url="nats://x", database_url="x", valkey_url="x"
        )
    assert KEY not in str(refused.value)


def test_secrets_may_stand_on_lines_of_a_file() -> None:
    settings = GatewaySettings(generic_webhook_secrets=SecretStr(f"nas={KEY}\nci={ENCODED}\n\n"))
    assert settings.generic_webhook_keys == {"nas": KEY.encode(), "ci": b"another-secret-of-32-characters!"}
