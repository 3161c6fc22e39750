"""What other systems tell of themselves by webhook, and what is made of it."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Contract, Event, Job, Page, Query, Timestamp

KEPT_A_SOURCE = 100
KEPT_DAYS = 7


class WebhookSource(StrEnum):
    SONARR = "sonarr"
    RADARR = "radarr"
    PROWLARR = "prowlarr"
    UPTIME_KUMA = "uptime-kuma"
    GENERIC = "generic"


class ReceiveWebhook(Job):
    """A body as it came, to be taken as a hint. Whoever sent it has shown the secret, and nothing else is known."""

    source: WebhookSource
    name: str | None = None
    """Of a generic one: which of those in the settings."""
    delivery_id: str | None = None
    """Signed by its sender, where it can."""
    body: str
    packed: bool = False
    """The body is compressed (`medianest_common.packing`), since it would not fit into a message."""
    received_at: Timestamp


class Level(StrEnum):
    """How bad it is, as Sonarr and its kin say it."""

    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "error"


class Complaint(Contract):
    """Something that a system says is wrong with it. `kind` is its own word for it."""

    kind: str
    level: Level
    message: str
    since: Timestamp


class SystemEvent(Event):
    """`instance` is what the system calls itself; a household may have two of one source."""

    source: WebhookSource
    instance: str
    complaints: list[Complaint]
    at: Timestamp


class SystemComplained(SystemEvent):
    """What is wrong with it now. Told once of whatever came up within a few minutes, and again only of what is new or
    worse."""


class SystemRecovered(SystemEvent):
    """What had been told is over, in the words and at the level in which it was. Of what comes and goes told only once
    it has stayed away. `at` is when it is told, so that what is told later
    overtakes what was told before."""

    since: Timestamp
    restored_at: Timestamp | None = None
    """When the last of it ended. Whoever leaves that out, as older versions do, says it with `at`."""


class DownloadStuck(Event):
    """Something was loaded that Sonarr or Radarr cannot put into the library by itself."""

    source: WebhookSource
    instance: str
    title: str
    reason: str | None
    at: Timestamp


class KeptWebhook(Contract):
    """A body that nothing could be made of, without what looks like a secret."""

    id: UUID
    source: WebhookSource
    name: str | None
    event: str
    received_at: Timestamp
    body: str


class ListKeptWebhooks(Query[Page[KeptWebhook]]):
    """Newest first; of each source the last 100 of the last 7 days."""

    source: WebhookSource | None = None
    limit: int = Field(default=10, ge=1, le=10)
    cursor: str | None = None
