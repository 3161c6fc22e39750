"""The service being told things by webhook, and what it passes on."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from medianest.testing import eventually
from medianest_common import testing
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Message
from medianest_common.contracts.health.webhooks import (
    DownloadStuck,
    KeptWebhook,
    ListKeptWebhooks,
    ReceiveWebhook,
    SystemComplained,
    SystemRecovered,
    WebhookSource,
)
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media.looking import LookAtTitle
from medianest_common.contracts.plex.indexing import HintLibraries
from medianest_health.use_cases.receive_webhook import receive_webhook
from medianest_health.use_cases.tell_complaints import tell_complaints
from services.health.tests.household import Household

FIXTURES = Path(testing.__path__[0]) / "fixtures" / "webhooks"
KINDS: tuple[type[Message], ...] = (
    DownloadStuck,
    SystemComplained,
    SystemRecovered,
    LookAtTitle,
    HintLibraries,
)


def recorded(source: WebhookSource, name: str) -> dict[str, Any]:
    folder = FIXTURES / source.value.replace("-", "_")
    body: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return body


@dataclass
class Intake:
    home: Household
    passed_on: list[Any] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)

    async def tell(
        self,
        source: WebhookSource,
        body: dict[str, Any] | str,
        *,
        name: str | None = None,
        delivery_id: str | None = None,
        late: float = 0,
    ) -> None:
        """`late` seconds after it was received."""
        job = ReceiveWebhook(
            source=source,
            name=name,
            delivery_id=delivery_id,
            body=body if isinstance(body, str) else json.dumps(body),
            received_at=self.home.clock.now() - timedelta(seconds=late),
        )
        await receive_webhook(self.home.app, job)

    async def time_passes(self, minutes: float) -> None:
        """What decides what is told comes round every minute."""
        for _ in range(round(minutes)):
            self.home.clock.advance(60)
            await tell_complaints(self.home.app)

    async def all(self) -> list[Any]:
        """What was passed on so far: it is in the order in which it was stored, and one more comes behind it."""
        last = uuid7().hex
        body = {"eventType": "ManualInteractionRequired", "movie": {"title": last}, "downloadId": last}
        await self.tell(WebhookSource.RADARR, body)

        async def arrived() -> bool:
            return any(isinstance(each, DownloadStuck) and each.title == last for each in self.passed_on)

        await eventually(arrived)
        self.passed_on = [each for each in self.passed_on if getattr(each, "title", "") != last]
        return self.passed_on

    async def kinds(self) -> list[str]:
        return [type(each).__name__ for each in await self.all()]

    async def kept(self, source: WebhookSource | None = None) -> list[KeptWebhook]:
        kept: list[KeptWebhook] = []
        cursor = None
        while True:
            with self.home.sandbox.as_user(role=Role.ADMIN):
                page = await self.home.sandbox.bus.call(ListKeptWebhooks(source=source, cursor=cursor))
            kept += page.items
            if (cursor := page.next_cursor) is None:
                return kept


async def listen(home: Household) -> Intake:
    """By one subscription, since those of several tell nothing of the order in which something was published."""
    intake, by_subject = Intake(home), {kind.subject: kind for kind in KINDS}

    async def hear(message: Any) -> None:
        """What the relay had no word of is published again, and the bus stores it once."""
        kind = by_subject.get(message.subject)
        if kind is not None and message.headers["Nats-Msg-Id"] not in intake.heard:
            intake.heard.add(message.headers["Nats-Msg-Id"])
            intake.passed_on.append(kind.model_validate_json(message.data))

    await home.sandbox.nats.subscribe(">", cb=hear)
    await home.sandbox.nats.flush()
    return intake
