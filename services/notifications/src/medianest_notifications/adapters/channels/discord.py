"""Discord, through a webhook of a channel. Limits: discord.com/developers/docs/resources/message, “Embed Limits”."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, SecretStr, field_validator

from medianest_common.contracts.base import rfc3339
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import FieldError, Invalid, MediaNestError
from medianest_common.http import AddressPolicy, Response
from medianest_notifications.adapters.channels import answers, writing
from medianest_notifications.adapters.channels.clients import MOST_BYTES, Clients
from medianest_notifications.adapters.channels.marks import Fingerprints, masked
from medianest_notifications.adapters.channels.port import (
    ChannelConfig,
    ChannelGone,
    Message,
    MessageRefused,
    Receipt,
)
from medianest_notifications.adapters.channels.text import utf16

SYSTEM = "Discord"
_TITLE, _DESCRIPTION = 256, 4096
_PATH = re.compile(r"/api(?:/v\d+)?/webhooks/(\d{5,25})/([A-Za-z0-9_-]{20,200})(?:/slack|/github)?/?")
_HOSTS = re.compile(r"(?:(?:ptb|canary)\.)?discord(?:app)?\.com")
_COLOURS = {Urgency.LOW: 0x95A5A6, Urgency.NORMAL: 0x3498DB, Urgency.HIGH: 0xE74C3C}
_SILENT = 1 << 12
"""Message flag SUPPRESS_NOTIFICATIONS."""
_UNKNOWN_MESSAGE = 10008
_GONE = {
    10003: "The thread of this webhook no longer exists",
    10015: "The webhook no longer exists",
    50027: "The webhook's address is no longer valid",
    50083: "The thread of this webhook is archived",
    220001: "The channel is a forum: add ?thread_id= and the id of a post to the webhook's address",
}
_SPECIAL = re.compile(r"([\\*_~`|<>\[\]()#@+=-])")


class DiscordConfig(ChannelConfig):
    url: SecretStr = Field(description="As Discord shows it under Integrations; may end with ?thread_id=…")

    @field_validator("url")
    @classmethod
    def _is_a_webhook(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value().strip())
        if parts.scheme not in ("https", "http") or not _PATH.fullmatch(parts.path):
            raise ValueError("must be like https://discord.com/api/webhooks/123…/abc…")
        if not dict(parse_qsl(parts.query)).get("thread_id", "0").isdigit():
            raise ValueError("must have a number as thread_id")
        return SecretStr(value.get_secret_value().strip())

    @property
    def webhook(self) -> tuple[str, str]:
        """Its id and its token."""
        found = _PATH.fullmatch(urlsplit(self.url.get_secret_value()).path)
        assert found
        return found[1], found[2]

    @property
    def thread(self) -> str | None:
        return dict(parse_qsl(urlsplit(self.url.get_secret_value()).query)).get("thread_id")

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.url.get_secret_value(), self.webhook[1])


class _FormerGone(MessageRefused):
    """The message that was to be changed has been deleted."""


class DiscordSender:
    kind: ClassVar[ChannelKind] = ChannelKind.DISCORD
    config: type[DiscordConfig] = DiscordConfig

    def __init__(self, clients: Clients, *, server: str, marks: Fingerprints, inbox: str) -> None:
        """`server` is Discord, or what the operator has put in its place."""
        self._clients, self._server, self._marks, self._inbox = clients, server, marks, inbox

    async def public(self) -> Mapping[str, str]:
        return {}

    async def check(self, config: DiscordConfig) -> DiscordConfig:
        """Whatever the address says, we talk to Discord only."""
        parts, own = urlsplit(config.url.get_secret_value()), urlsplit(self._server)
        if parts.netloc != own.netloc and not (parts.scheme == "https" and _HOSTS.fullmatch(parts.netloc)):
            raise Invalid(
                "Some values are not valid.", errors=[FieldError("url", "must be an address of discord.com")]
            )
        return config

    def shown(self, config: DiscordConfig) -> str:
        thread = f", thread {masked(config.thread)}" if config.thread else ""
        return f"Webhook {masked(config.webhook[0])}{thread}"

    def fingerprint(self, config: DiscordConfig) -> str:
        return self._marks.of(self.kind, config.webhook[0], config.thread or "")

    async def send(self, message: Message, config: DiscordConfig) -> Receipt:
        """In place of the former one where there is one, unless somebody has deleted that."""
        body = payload(message, inbox=self._inbox)
        if message.replaces:
            with suppress(_FormerGone):
                # Whether it rings was decided when it came.
                changed = {name: value for name, value in body.items() if name != "flags"}
                return await self._call(config, "PATCH", changed, of=f"/messages/{message.replaces}")
        return await self._call(config, "POST", body, wait="true")

    async def _call(
        self, config: DiscordConfig, method: str, body: dict[str, Any], *, of: str = "", **params: str
    ) -> Receipt:
        hook, token = config.webhook
        with answers.judged(
            _judge, config, words="message", wait=lambda said: answers.seconds(said.get("retry_after"))
        ):
            async with self._clients.to(self._server, AddressPolicy.OPERATOR) as client:
                return await client.request_as(
                    method,
                    f"/api/webhooks/{hook}/{token}{of}",
                    _receipt,
                    params={"thread_id": config.thread, **params},
                    json=body,
                    shown_path=f"/api/webhooks/{hook}/…",
                    max_bytes=MOST_BYTES,
                )

    async def arrived(self, message: Message, config: DiscordConfig, since: datetime) -> bool | None:
        """A webhook may read a message of its own by its id only, which a lost answer has taken with it."""
        return None

    async def aclose(self) -> None:
        await self._clients.aclose()


def escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


STYLE = writing.Style(
    count=utf16,
    escape=escape,
    strong=lambda text: f"**{text}**",
    # `<…>` has no preview below it.
    anchor=lambda words, url: f"{words}: <{url}>",
)


def payload(message: Message, *, inbox: str) -> dict[str, Any]:
    clickable = message.link if message.link and _is_public(message.link) else None
    embed: dict[str, Any] = {
        "title": writing.title(message, STYLE, _TITLE),
        "color": _COLOURS[message.urgency],
        "timestamp": rfc3339(message.at),
    }
    text = writing.write(message, STYLE, _DESCRIPTION, inbox=inbox, titled=False, linked=not clickable)
    if text:
        embed["description"] = text
    if clickable:
        embed["url"] = clickable
    body: dict[str, Any] = {"embeds": [embed], "allowed_mentions": {"parse": []}}
    if message.urgency is Urgency.LOW:
        body["flags"] = _SILENT
    return body


def _is_public(link: str) -> bool:
    """Discord calls an address without a dot in its host malformed and refuses the whole message for it."""
    return "." in (urlsplit(link).hostname or "")


def _judge(status: int, said: dict[str, Any], sentence: str) -> MediaNestError:
    code = said.get("code")
    if code == _UNKNOWN_MESSAGE:
        return _FormerGone(sentence)
    why = _GONE.get(code) if isinstance(code, int) else None
    if why:
        return ChannelGone(f"{sentence} {why}.")
    if status in (401, 403):
        return ChannelGone(sentence)
    if status in (404, 410) and not said:
        return answers.not_its_own(SYSTEM, status)
    if status in (404, 410):
        return ChannelGone(sentence)
    return MessageRefused(sentence)


def _receipt(answer: Response) -> Receipt:
    return Receipt(answers.number_in(answer), pause=_pause(answer))


def _pause(answer: Response) -> float | None:
    """Discord says with every answer how many more it takes before the next has to wait."""
    if answer.headers.get("x-ratelimit-remaining") != "0":
        return None
    try:
        return answers.seconds(float(answer.headers.get("x-ratelimit-reset-after", "")))
    except ValueError:
        return None
