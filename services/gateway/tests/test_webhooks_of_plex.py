"""What Plex and Tautulli may send, and what becomes of everything else. Its addresses end in a secret."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from medianest import registry
from medianest.testing import Sandbox, free_port
from medianest_common.contracts.plex.indexing import ReceivePlexWebhook, ReceiveTautulliWebhook
from medianest_common.testing.fake_plex import FakePlex
from medianest_gateway.settings import GatewaySettings

SECRET = "a-secret-of-two-and-thirty-bytes"
NEWS = {"event": "library.new", "Server": {"uuid": "c0ffee"}}

FORMS = [
    ("multipart/form-data; boundary=x", b"", 400),
    ("multipart/form-data", b"--x\r\n", 400),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n{}\r\n--x--", 400),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="payload"\r\n\r\n[]\r\n--x--',
        400,
    ),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="payload"\r\n\r\n{"a":"\xff"}\r\n--x--',
        400,
    ),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\n" * 40, 400),
    (
        'multipart/form-data; boundary="x y"',
        b'--x y\r\ncontent-disposition:form-data;name=payload\r\n\r\n{"event":"a"}\r\n--x y--\r\n',
        202,
    ),
    ("application/x-www-form-urlencoded", b"payload=%7B%22event%22%3A%22a%22%7D", 202),
    ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 50), 400),
    ("application/json", b"{}", 415),
    ("", b"{}", 415),
]


@dataclass
class Intake:
    http: httpx.AsyncClient
    sandbox: Sandbox

    async def jobs(self, kind: type[ReceivePlexWebhook] | type[ReceiveTautulliWebhook]) -> list[Any]:
        """What lies on the bus for the plex service, which does not run here."""
        info = await self.sandbox.bus.js.stream_info("JOB_PLEX")
        if not info.state.messages:
            return []
        found = []
        for number in range(info.state.first_seq, info.state.last_seq + 1):
            message = await self.sandbox.bus.js.get_msg("JOB_PLEX", number)
            if message.subject == kind.subject and message.data:
                found.append(kind.model_validate_json(message.data))
        return found

    async def form(
        self, body: str = json.dumps(NEWS), *, secret: str = SECRET, **more: Any
    ) -> httpx.Response:
        files = {"payload": (None, body.encode(), "application/json")} | more
        return await self.http.post(f"/api/v1/webhooks/plex/{secret}", files=files)


@pytest.fixture
async def intake(sandbox: Sandbox) -> AsyncIterator[Intake]:
    port = free_port()
    await sandbox.start(
        *registry.services(["gateway"]),
        port=port,
        base_url=f"http://localhost:{port}",
        plex_webhook_secret=SECRET,
        rate_limit_scale=100,
    )
    async with httpx.AsyncClient(base_url=f"http://localhost:{port}", timeout=20) as client:
        yield Intake(client, sandbox)


async def test_what_plex_really_sends_is_on_the_bus_when_it_is_answered(intake: Intake) -> None:
    async with FakePlex.start() as plex:
        key = plex.library.add_movie("Amélie – «Fabuleux»", 2001)
        url = f"{intake.http.base_url}/api/v1/webhooks/plex/{SECRET}"
        for _ in range(2):
            assert (await plex.send_webhook(url, "library.new", key)).status_code == 202
    jobs = await intake.jobs(ReceivePlexWebhook)
    assert len(jobs) == 2
    document = json.loads(jobs[0].body)
    assert (document["event"], document["Metadata"]["title"]) == ("library.new", "Amélie – «Fabuleux»")
    assert b"JFIF" not in jobs[0].body.encode()


async def test_a_wrong_secret_and_none_are_the_same_nothing(intake: Intake) -> None:
    bodies = []
    for secret in ("wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "é"):
        answer = await intake.form(secret=secret)
        assert answer.status_code == 404
        bodies.append({**answer.json(), "instance": "", "correlationId": ""})
    nowhere = await intake.http.post("/api/v1/webhooks/tautulli/wrong", json=NEWS)
    bodies.append({**nowhere.json(), "instance": "", "correlationId": ""})
    assert all(body == bodies[0] for body in bodies)
    assert await intake.jobs(ReceivePlexWebhook) == []


async def test_forms_of_all_kinds(intake: Intake) -> None:
    for content_type, body, status in FORMS:
        answer = await intake.http.post(
            f"/api/v1/webhooks/plex/{SECRET}", content=body, headers={"Content-Type": content_type}
        )
        assert answer.status_code == status, (content_type, body, answer.text)
    assert len(await intake.jobs(ReceivePlexWebhook)) == sum(status == 202 for *_, status in FORMS)


async def test_a_picture_may_be_large_and_a_text_may_not(intake: Intake) -> None:
    picture = ("thumb.jpg", b"\xff\xd8" * 700_000, "image/jpeg")
    assert (await intake.form(thumb=picture)).status_code == 202
    too_large = ("thumb.jpg", b"\xff\xd8" * 1_100_000, "image/jpeg")
    with suppress(httpx.TransportError):  # refused before all of it has been sent
        assert (await intake.form(thumb=too_large)).status_code == 413
    assert (await intake.form(json.dumps(NEWS | {"more": "x" * 300_000}))).status_code == 413
    assert len(await intake.jobs(ReceivePlexWebhook)) == 1


async def test_a_text_is_measured_in_characters_and_fits_into_a_message_whatever_they_are(
    intake: Intake,
) -> None:
    frame = len(json.dumps(NEWS | {"more": ""}))
    for sign in ("x", "é", "🎬"):
        longest = json.dumps(NEWS | {"more": sign * (256_000 - frame)}, ensure_ascii=False)
        assert (await intake.form(longest)).status_code == 202
        assert (await intake.form(longest + " ")).status_code == 413
    assert [len(job.body) for job in await intake.jobs(ReceivePlexWebhook)] == [256_000] * 3


async def test_tautulli_shows_the_secret_in_the_address_or_as_bearer(intake: Intake) -> None:
    address, headers = "/api/v1/webhooks/tautulli", {"Authorization": f"Bearer {SECRET}"}
    assert (await intake.http.post(f"{address}/{SECRET}", json=NEWS)).status_code == 202
    assert (await intake.http.post(address, json=NEWS, headers=headers)).status_code == 202
    assert (await intake.http.post(address, json=NEWS)).status_code == 401
    assert (await intake.http.post(f"{address}/{SECRET}", content=b"not json")).status_code == 400
    assert len(await intake.jobs(ReceiveTautulliWebhook)) == 2


async def test_the_secret_is_in_no_log(intake: Intake, capfd: pytest.CaptureFixture[str]) -> None:
    await intake.form()
    await intake.form("nonsense")
    for method, path in (
        ("GET", SECRET),
        ("POST", f"{SECRET}/"),
        ("POST", f"{SECRET}/more"),
        ("PUT", SECRET),
    ):
        assert (await intake.http.request(method, f"/api/v1/webhooks/plex/{path}")).status_code in (404, 405)
    shown = capfd.readouterr()
    assert "/webhooks/plex/{secret}" in shown.out + shown.err
    assert SECRET not in shown.out + shown.err


@pytest.mark.parametrize("secret", ["short", "sixteen/letters/x", "sixteen letters x", "x" * 200])
def test_a_secret_that_is_no_part_of_an_address_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(ValueError, match="16 to 128"):
        GatewaySettings(
            plex_webhook_secret=SecretStr(secret), nats_url="nats://x", database_url="x", valkey_url="x"
        )
