"""Taking over what an Uptime Kuma watches."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, SecretStr

from medianest_common.contracts.base import Body, Command, Contract

_Secret = Annotated[SecretStr, Field(min_length=1, max_length=1024)]


class ImportWay(StrEnum):
    SOCKET = "socket"
    """With an account there: everything."""
    STATUS_PAGE = "statusPage"
    """What a page of it shows to everybody: names and groups, and addresses where the page shows them."""
    METRICS = "metrics"
    """What it tells Prometheus: names and addresses."""


class ImportUptimeKumaBody(Body):
    """Nothing is changed over there, whatever the way; nothing of what is sent here is kept."""

    url: str = Field(min_length=1, max_length=500)
    """As it stands in the browser; behind its address a page of it may be named."""
    way: ImportWay = Field(default=ImportWay.SOCKET, strict=False)
    username: str | None = Field(default=None, min_length=1, max_length=200)
    password: _Secret | None = None
    code: Annotated[SecretStr, Field(min_length=6, max_length=10)] | None = None
    """Of the second factor, where the account has one. Each lets in once, so a run after a dry run needs the next."""
    api_key: _Secret | None = None
    """For `metrics`; without one, `username` and `password` are sent."""
    slug: str | None = Field(default=None, min_length=1, max_length=100, pattern=r"^[A-Za-z0-9-]+$")
    """For `statusPage`, the name of the page, unless the address names it."""
    history: bool = False
    """Of `socket`, the last 90 days too, by the day. Over there checks are counted, so each stands for one interval."""
    dry_run: bool = True
    """Changes nothing here either, and says what would happen."""


class ImportedKind(StrEnum):
    MONITOR = "monitor"
    GROUP = "group"
    MAINTENANCE = "maintenance"
    PAGE = "page"


class Imported(Contract):
    what: ImportedKind
    id: UUID | None
    """None for what a dry run would make."""
    name: str
    changes: list[str] = []
    """Of what was here already: what is otherwise now."""
    remarks: list[str] = []
    """What is otherwise than over there."""


class NotImported(Contract):
    name: str
    type: str
    """As Uptime Kuma calls it; `maintenance` and `status page` for what is no monitor."""
    reason: str


class ImportedPushToken(Contract):
    """What a push monitor reports with from now on, shown this once."""

    monitor_id: UUID
    name: str
    token: str = Field(repr=False)
    path: str = Field(repr=False)
    """Behind the address of the portal: what is to be called, with GET or POST."""


class KumaImport(Contract):
    """All of it or nothing was written. What was imported before is known by the address of the Uptime Kuma and the
    number there, and made to be as it is there; visibility, order, dependencies and push tokens stay as they are here.
    Ways that do not tell everything only add. What is no more over there stays here."""

    dry_run: bool
    version: str | None
    """Of the Uptime Kuma, where it was told."""
    created: list[Imported]
    updated: list[Imported]
    unchanged: list[Imported]
    not_imported: list[NotImported]
    push_tokens: list[ImportedPushToken]
    days: int
    """So many days of history, of all monitors together."""
    remarks: list[str]


class ImportUptimeKuma(Command[KumaImport]):
    url: str
    way: ImportWay
    username: str | None
    password: str | None = Field(repr=False)
    code: str | None = Field(repr=False)
    api_key: str | None = Field(repr=False)
    slug: str | None
    history: bool = False
    dry_run: bool
