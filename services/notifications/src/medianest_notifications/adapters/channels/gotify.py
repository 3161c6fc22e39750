"""Gotify, an application on a server of one's own. See gotify.net/api-docs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field, SecretStr, field_validator

from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import MediaNestError
from medianest_notifications.adapters.channels import answers, writing
from medianest_notifications.adapters.channels.clients import MOST_BYTES, Clients
from medianest_notifications.adapters.channels.marks import Fingerprints
from medianest_notifications.adapters.channels.port import (
    Addressed,
    ChannelGone,
    Message,
    MessageRefused,
    Receipt,
)
from medianest_notifications.adapters.channels.servers import authority, server_address
from medianest_notifications.adapters.channels.text import utf8

SYSTEM = "Gotify"
_TITLE, _MESSAGE = 250, 16_000
_PRIORITY = {Urgency.LOW: 2, Urgency.NORMAL: 5, Urgency.HIGH: 8}
STYLE = writing.plain_style(utf8)


class GotifyConfig(Addressed):
    secrets_are_for = ("server",)

    server: str = Field(max_length=300)
    token: SecretStr = Field(description="Of an application, not of a client")

    _address = field_validator("server")(server_address)

    @field_validator("token")
    @classmethod
    def _is_a_token(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value().strip()
        if not 5 <= len(text) <= 100 or not text.isascii() or not text.isprintable():
            raise ValueError("must be the token of an application, like A4ZudDRdLT40L5X")
        return SecretStr(text)


class GotifySender:
    kind: ClassVar[ChannelKind] = ChannelKind.GOTIFY
    config: type[GotifyConfig] = GotifyConfig

    def __init__(self, clients: Clients, *, marks: Fingerprints, inbox: str) -> None:
        self._clients, self._marks, self._inbox = clients, marks, inbox

    async def public(self) -> Mapping[str, str]:
        return {}

    async def check(self, config: GotifyConfig) -> GotifyConfig:
        await self._clients.check(config.server, config.reach)
        return config

    def shown(self, config: GotifyConfig) -> str:
        return authority(config.server)

    def fingerprint(self, config: GotifyConfig) -> str:
        return self._marks.of(self.kind, config.server.lower(), config.token.get_secret_value())

    async def send(self, message: Message, config: GotifyConfig) -> Receipt:
        with answers.judged(_judge, config, words="errorDescription"):
            async with self._clients.to(config.server, config.reach) as client:
                return await client.request_as(
                    "POST",
                    "/message",
                    lambda answer: Receipt(answers.number_in(answer, kind=int)),
                    json=payload(message, inbox=self._inbox),
                    headers={"X-Gotify-Key": config.token.get_secret_value()},
                    max_bytes=MOST_BYTES,
                )

    async def arrived(self, message: Message, config: GotifyConfig, since: datetime) -> bool | None:
        """The token of an application may write and not read."""
        return None

    async def aclose(self) -> None:
        await self._clients.aclose()


def payload(message: Message, *, inbox: str) -> dict[str, Any]:
    text = writing.write(message, STYLE, _MESSAGE, inbox=inbox, titled=False, linked=False)
    extras: dict[str, Any] = {"client::display": {"contentType": "text/plain"}}
    if message.link:
        extras["client::notification"] = {"click": {"url": message.link}}
    body: dict[str, Any] = {
        "title": writing.title(message, STYLE, _TITLE),
        # An empty message is refused.
        "message": text or writing.title(message, STYLE, _MESSAGE),
        "priority": _PRIORITY[message.urgency],
        "extras": extras,
    }
    if not text:
        # The name of the application stands there instead.
        del body["title"]
    return body


def _judge(status: int, said: dict[str, Any], sentence: str) -> MediaNestError:
    """A refusal of Gotify's own has an `errorCode`."""
    if status in (401, 403):
        return ChannelGone(sentence)
    if status in (404, 405, 410):
        return ChannelGone(sentence) if "errorCode" in said else answers.not_its_own(SYSTEM, status)
    return MessageRefused(sentence)
