"""ntfy, a topic on ntfy.sh or on a server of one's own. Published as JSON: headers would be ASCII. See docs.ntfy.sh."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_core import from_json

from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import MediaNestError
from medianest_common.http import Response
from medianest_notifications.adapters.channels import answers, writing
from medianest_notifications.adapters.channels.clients import MOST_BYTES, Clients
from medianest_notifications.adapters.channels.marks import Fingerprints, masked
from medianest_notifications.adapters.channels.port import (
    Addressed,
    ChannelGone,
    Message,
    MessageRefused,
    Receipt,
)
from medianest_notifications.adapters.channels.servers import authority, basic, server_address
from medianest_notifications.adapters.channels.text import utf8

SYSTEM = "ntfy"
_TITLE, _MESSAGE = 250, 4096
"""Bytes. A longer message would become a file that is downloaded."""
_PRIORITY = {Urgency.LOW: 2, Urgency.NORMAL: 3, Urgency.HIGH: 4}
_MOST_CACHED_BYTES = 4 * 1024 * 1024
_CLOCKS_DIFFER_BY = 60
STYLE = writing.plain_style(utf8)


class NtfyConfig(Addressed):
    secrets_are_for = ("server", "user")

    server: str = Field(default="https://ntfy.sh", max_length=300)
    topic: str = Field(pattern=r"^[-_A-Za-z0-9]{1,64}$")
    token: SecretStr | None = Field(default=None, max_length=200, description="tk_…")
    user: str | None = Field(default=None, max_length=200)
    password: SecretStr | None = Field(default=None, max_length=200)

    _address = field_validator("server")(server_address)

    @model_validator(mode="after")
    def _signs_in_one_way(self) -> Self:
        if self.token and (self.user or self.password):
            raise ValueError("give a token, or a user and a password, but not both")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        return self


class NtfySender:
    kind: ClassVar[ChannelKind] = ChannelKind.NTFY
    config: type[NtfyConfig] = NtfyConfig

    def __init__(self, clients: Clients, *, marks: Fingerprints, inbox: str) -> None:
        self._clients, self._marks, self._inbox = clients, marks, inbox

    async def public(self) -> Mapping[str, str]:
        return {}

    async def check(self, config: NtfyConfig) -> NtfyConfig:
        await self._clients.check(config.server, config.reach)
        return config

    def shown(self, config: NtfyConfig) -> str:
        """Whoever knows a topic can read it."""
        return f"{authority(config.server)}/{masked(config.topic)}"

    def fingerprint(self, config: NtfyConfig) -> str:
        return self._marks.of(self.kind, config.server.lower(), config.topic)

    async def send(self, message: Message, config: NtfyConfig) -> Receipt:
        with answers.judged(_judge, config, words="error"):
            async with self._clients.to(config.server, config.reach) as client:
                return await client.request_as(
                    "POST",
                    "/",
                    _receipt,
                    json=payload(message, inbox=self._inbox) | {"topic": config.topic},
                    headers=_authorization(config),
                    max_bytes=MOST_BYTES,
                )

    async def arrived(self, message: Message, config: NtfyConfig, since: datetime) -> bool | None:
        """Servers keep messages for twelve hours, unless they are told otherwise; then there is nothing to be found."""
        sent = payload(message, inbox=self._inbox)
        try:
            async with self._clients.to(config.server, config.reach) as client:
                answer = await client.request(
                    "GET",
                    f"/{config.topic}/json",
                    params={"poll": "1", "since": int(since.timestamp()) - _CLOCKS_DIFFER_BY},
                    headers=_authorization(config),
                    shown_path="/…/json",
                    max_bytes=_MOST_CACHED_BYTES,
                )
        except MediaNestError:
            return None
        return True if any(_is_same(kept, sent) for kept in _kept(answer)) else None

    async def aclose(self) -> None:
        await self._clients.aclose()


def payload(message: Message, *, inbox: str) -> dict[str, Any]:
    text = writing.write(message, STYLE, _MESSAGE, inbox=inbox, titled=False, linked=False)
    body: dict[str, Any] = {
        "title": writing.title(message, STYLE, _TITLE),
        # An empty message would be shown as `triggered`.
        "message": text or writing.title(message, STYLE, _MESSAGE),
        "priority": _PRIORITY[message.urgency],
        "sequence_id": _sequence(message),
    }
    if not text:
        del body["title"]
    if message.link:
        body["click"] = message.link
    return body


def _receipt(answer: Response) -> Receipt:
    return Receipt(answers.number_in(answer))


def _sequence(message: Message) -> str:
    """From 2.16 on a message takes the place of the earlier one with the same number; older servers pass it over."""
    return sha256((message.collapse_key or message.delivery_id.hex).encode()).hexdigest()[:32]


def _is_same(kept: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """By its number where the server knows of it, and by its words: collapsing gives the same number to several."""
    if kept.get("sequence_id", sent["sequence_id"]) != sent["sequence_id"]:
        return False
    return all(kept.get(name) == sent.get(name) for name in ("title", "message", "click"))


def _kept(answer: Response) -> list[dict[str, Any]]:
    found = []
    for line in answer.body.splitlines():
        try:
            entry = from_json(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("event") == "message":
            found.append(entry)
    return found


def _authorization(config: NtfyConfig) -> dict[str, str]:
    if config.token:
        return {"Authorization": f"Bearer {config.token.get_secret_value()}"}
    if config.user is not None and config.password is not None:
        return {"Authorization": basic(config.user, config.password.get_secret_value())}
    return {}


def _judge(status: int, said: dict[str, Any], sentence: str) -> MediaNestError:
    """A refusal of ntfy's own has a `code`; it is about this topic and no other."""
    if status in (401, 403):
        return ChannelGone(sentence)
    if status in (404, 405, 410):
        return ChannelGone(sentence) if "code" in said else answers.not_its_own(SYSTEM, status)
    return MessageRefused(sentence)
