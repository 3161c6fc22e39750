"""A message that nobody can handle, from the moment it comes to what an administrator makes of it, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import nats
from nats.js import JetStreamContext

from medianest.embedded.servers import urls_of_running
from medianest.testing import eventually
from medianest_common.contracts.health import CertificateExpiring, Visibility
from tests.world import Person, World, world

QUEUES = "/admin/queues"
LETTERS = f"{QUEUES}/dead-letters"
TOKEN = "a-token-for-prometheus-of-32-characters"
HANDLER = "notifications__certificate_expiring"


async def test_what_could_not_be_handled_is_told_seen_retried_and_dropped(tmp_path: Path) -> None:
    async with world(tmp_path / "data", metrics_token=TOKEN) as house:
        olive = await house.owner()
        await _every_outbox_is_seen(olive)
        counted = await _buried(house)
        async with _on_the_bus(house) as js:
            # Without the id that it should have, nobody can tell whether it was heard before: it is refused for good.
            expiring = CertificateExpiring(
                monitor_id=uuid4(),
                monitor_name="Plex",
                visibility=Visibility.ADMINS,
                days=7,
                expires_at=datetime(2027, 1, 1, tzinfo=UTC),
            )
            await js.publish(expiring.subject, expiring.model_dump_json().encode())
            await js.publish(expiring.subject, b"nonsense", headers={"ce-id": str(uuid4())})
        # Which of them is given up first is nobody's business.
        hindered, nonsense = sorted(await _waiting(olive, 2), key=lambda each: str(each["reason"]))
        assert (hindered["handler"], hindered["service"]) == (HANDLER, "notifications")
        assert hindered["reason"].startswith("KeyError") and hindered["subject"] == expiring.subject

        async def all_counted() -> bool:
            assert await _buried(house) == counted + 2
            assert (await olive.get("/health/details")).raise_for_status().json()["deadLetters"] == 2
            return True

        await eventually(all_counted)
        [of_it] = (await olive.get(QUEUES)).raise_for_status().json()["deadLetters"]
        assert (of_it["handler"], of_it["waiting"]) == (HANDLER, 2)

        async def told() -> bool:
            titles = [each["title"] for each in await _notices(olive)]
            return titles == ["A message could not be handled"]

        await eventually(told)

        look = (await olive.get(f"{LETTERS}/{hindered['seq']}")).raise_for_status().json()
        assert look["isJson"] and '"monitorName": "Plex"' in look["body"]
        assert (await olive.get(f"{LETTERS}/{nonsense['seq']}")).json()["body"] == "nonsense"

        retries = [olive.post(f"{LETTERS}/{hindered['seq']}/retry") for _ in range(8)]
        answers = await asyncio.gather(*retries)
        assert {(each.status_code, each.json()["state"]) for each in answers} == {(200, "retried")}
        dropped = await asyncio.gather(*(olive.delete(f"{LETTERS}/{nonsense['seq']}") for _ in range(4)))
        assert {each.status_code for each in dropped} == {204}
        assert (await olive.post(f"{LETTERS}/{nonsense['seq']}/retry")).status_code == 409
        assert (await olive.post(f"{LETTERS}/999999/retry")).status_code == 404
        await _waiting(olive, 0)

        async def once() -> bool:
            titles = [each["title"] for each in await _notices(olive)]
            return titles.count("The certificate of Plex expires in 7 days") == 1

        await eventually(once)

        async def empty() -> bool:
            return bool((await olive.get("/health/details")).json()["deadLetters"] == 0)

        await eventually(empty)
        assert await once(), "all that was asked for at once is one"
        await _is_audited(olive, f"dead_letter:{hindered['seq']}", "dead_letters_retry")
        await _is_audited(olive, f"dead_letter:{nonsense['seq']}", "dead_letters_drop")


async def _every_outbox_is_seen(olive: Person) -> None:
    async def complete() -> dict[str, Any] | None:
        seen: dict[str, Any] = (await olive.get(QUEUES)).raise_for_status().json()
        return seen if not seen["silent"] else None

    seen = await eventually(complete)
    kept = {"auth", "media", "plex", "youtube", "notifications", "health"}
    assert {each["service"] for each in seen["outboxes"]} == kept
    streams = {each["name"]: each for each in seen["streams"]}
    assert {"EVT_AUTH", "JOB_MEDIA", "DLQ"} <= streams.keys()
    readers = {each["name"] for each in streams["EVT_AUTH"]["consumers"]}
    assert {"media__user_created", "notifications__user_created"} <= readers


async def _waiting(person: Person, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def listed() -> bool:
        found[:] = (await person.get(LETTERS)).raise_for_status().json()["items"]
        return len(found) == number

    await eventually(listed)
    return found


async def _notices(person: Person) -> list[dict[str, Any]]:
    items = (await person.get("/notifications")).raise_for_status().json()["items"]
    return [each for each in items if each["type"].startswith("service.")]


async def _is_audited(person: Person, target: str, action: str) -> None:
    async def found() -> bool:
        items = (await person.get("/admin/audit", params={"action": action})).json()["items"]
        return [each["target"] for each in items] == [target]

    await eventually(found)


async def _buried(house: World) -> float:
    """By all services together, as Prometheus sees it."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=house.product.url, timeout=20) as client:
        text = (await client.get("/metrics", headers=headers)).raise_for_status().text
    lines = [line for line in text.splitlines() if line.startswith("medianest_dead_letters_total{")]
    assert f'medianest_dead_letters_total{{handler="{HANDLER}"}}' in {
        each.rpartition(" ")[0] for each in lines
    }
    return sum(float(line.rpartition(" ")[2]) for line in lines)


@asynccontextmanager
async def _on_the_bus(house: World) -> AsyncIterator[JetStreamContext]:
    urls = urls_of_running(house.product.data_dir)
    assert urls
    client = await nats.connect(urls.nats_url, connect_timeout=10)
    try:
        yield client.jetstream(timeout=10)
    finally:
        await client.close()
