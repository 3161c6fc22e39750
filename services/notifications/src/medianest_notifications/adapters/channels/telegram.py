"""Telegram, through a bot: the installation's, or one of the person's own. See core.telegram.org/bots/api."""

import re
from collections.abc import Mapping
from datetime import datetime
from html import escape as escape_html
from html import unescape
from typing import Any, ClassVar

from pydantic import Field, SecretStr, field_validator

from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import FieldError, Invalid, MediaNestError, Unavailable
from medianest_common.http import AddressPolicy
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

SYSTEM = "Telegram"
TOKEN = re.compile(r"\d{5,15}:[A-Za-z0-9_-]{30,60}")
_CHAT = re.compile(r"-?\d{1,20}|@[A-Za-z][A-Za-z0-9_]{3,63}")
_LONGEST = 4096
_TAG = re.compile(r"<[^>]*>")
_NO_SUCH_CHAT = re.compile(
    r"chat not found|chat_id is empty|user is deactivated|bot was (?:blocked|kicked)|peer_id_invalid"
    r"|not enough rights|have no rights|need administrator rights|chat_write_forbidden|thread not found|topic_closed",
    re.IGNORECASE,
)


class TelegramConfig(ChannelConfig):
    chat_id: str = Field(description="A number, or the @name of a public channel; write to the bot first")
    bot_token: SecretStr | None = Field(default=None, description="Of a bot of one's own, from @BotFather")
    thread_id: int | None = Field(default=None, ge=1, lt=2**31, description="A topic of a group")

    @field_validator("chat_id")
    @classmethod
    def _is_a_chat(cls, value: str) -> str:
        if not _CHAT.fullmatch(value.strip()):
            raise ValueError("must be a number like 123456789 or -100123456789, or a @name")
        return value.strip()

    @field_validator("bot_token")
    @classmethod
    def _is_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if not value:
            return None
        if not TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("must be like 123456789:AAE…, as @BotFather gives it")
        return value


class TelegramSender:
    kind: ClassVar[ChannelKind] = ChannelKind.TELEGRAM
    config: type[TelegramConfig] = TelegramConfig

    def __init__(
        self, clients: Clients, *, server: str, token: SecretStr | None, marks: Fingerprints, inbox: str
    ) -> None:
        """`token` is that of the installation's bot, if it has one."""
        self._clients, self._server, self._token = clients, server, token
        self._marks, self._inbox = marks, inbox
        self._bot: str | None = None

    async def public(self) -> Mapping[str, str]:
        if self._token is None:
            return {}
        if self._bot is None:
            try:
                me = await self._call("getMe", {}, TelegramConfig(chat_id="0"))
                self._bot = str(me["username"])
            except (MediaNestError, LookupError, TypeError):
                return {}
        return {"bot": f"@{self._bot}"}

    async def check(self, config: TelegramConfig) -> TelegramConfig:
        if config.bot_token is None and self._token is None:
            missing = "is needed: this installation has no bot of its own"
            raise Invalid("Some values are not valid.", errors=[FieldError("botToken", missing)])
        return config

    def shown(self, config: TelegramConfig) -> str:
        thread = f", topic {config.thread_id}" if config.thread_id else ""
        own = ", own bot" if config.bot_token else ""
        return f"Chat {masked(config.chat_id)}{thread}{own}"

    def fingerprint(self, config: TelegramConfig) -> str:
        """The bot belongs to it: who lets one write to them has not let another."""
        token = config.bot_token or self._token
        bot = token.get_secret_value().partition(":")[0] if token else ""
        return self._marks.of(self.kind, config.chat_id.lower(), str(config.thread_id or ""), bot)

    async def send(self, message: Message, config: TelegramConfig) -> Receipt:
        call = payload(message, inbox=self._inbox) | {"chat_id": config.chat_id}
        if config.thread_id:
            call["message_thread_id"] = config.thread_id
        try:
            return _receipt(await self._call("sendMessage", call, config))
        except _Moved as moved:
            config = config.model_copy(update={"chat_id": str(moved.to)})
        # A group has become a supergroup, which has another number.
        sent = await self._call("sendMessage", call | {"chat_id": config.chat_id}, config)
        return _receipt(sent, moved=config)

    async def arrived(self, message: Message, config: TelegramConfig, since: datetime) -> bool | None:
        """A bot cannot read what it has written."""
        return None

    async def aclose(self) -> None:
        await self._clients.aclose()

    async def _call(self, method: str, call: dict[str, Any], config: TelegramConfig) -> Any:
        token = config.bot_token or self._token
        if token is None:
            raise ChannelGone("This installation has no Telegram bot any more. Add one of your own.")
        ours = config.bot_token is None

        def judge(status: int, said: dict[str, Any], sentence: str) -> MediaNestError:
            return _judge(status, said, sentence, ours=ours)

        with answers.judged(judge, config, words="description", wait=_retry_after):
            async with self._clients.to(self._server, AddressPolicy.OPERATOR) as client:
                return await client.request_as(
                    "POST",
                    f"/bot{token.get_secret_value()}/{method}",
                    lambda answer: answer.json()["result"],
                    json=call,
                    shown_path=f"/bot…/{method}",
                    max_bytes=MOST_BYTES,
                )


class _Moved(MediaNestError):
    def __init__(self, to: int) -> None:
        super().__init__()
        self.to = to


def _anchor(words: str, url: str) -> str:
    return f'<a href="{escape_html(url)}">{escape_html(words)}</a>'


STYLE = writing.Style(
    # 4096 "after entities parsing": tags and escapes are not counted.
    count=lambda text: utf16(unescape(_TAG.sub("", text))),
    escape=escape_html,
    strong=lambda text: f"<b>{text}</b>",
    anchor=_anchor,
    harmless=writing.unmentioned,
)


def payload(message: Message, *, inbox: str) -> dict[str, Any]:
    return {
        "text": writing.write(message, STYLE, _LONGEST, inbox=inbox),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "disable_notification": message.urgency is Urgency.LOW,
    }


def _judge(status: int, said: dict[str, Any], sentence: str, *, ours: bool) -> MediaNestError:
    parameters = said.get("parameters")
    to = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None
    if isinstance(to, int):
        return _Moved(to)
    if status in (401, 404) and ours:
        # A wrong token of ours says nothing about the channel: it waits until somebody has put it right.
        return Unavailable(f"{sentence} The installation's bot token is not valid.", upstream=SYSTEM)
    if status in (401, 403, 404) or _NO_SUCH_CHAT.search(str(said.get("description", ""))):
        return ChannelGone(sentence)
    return MessageRefused(sentence)


def _retry_after(said: dict[str, Any]) -> float | None:
    parameters = said.get("parameters")
    return answers.seconds(parameters.get("retry_after")) if isinstance(parameters, dict) else None


def _receipt(sent: Any, *, moved: TelegramConfig | None = None) -> Receipt:
    number = sent.get("message_id") if isinstance(sent, dict) else None
    return Receipt(None if number is None else str(number), moved=moved)
