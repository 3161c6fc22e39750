"""Web Push: a browser of a person's, by way of its maker's push service (RFC 8030)."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from medianest_common.clock import Clock
from medianest_common.contracts.base import rfc3339
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import FieldError, Invalid, MediaNestError, Unavailable
from medianest_common.http import AddressPolicy, AddressRefused, Response
from medianest_notifications.adapters.channels import answers, writing
from medianest_notifications.adapters.channels.clients import MOST_BYTES, Clients
from medianest_notifications.adapters.channels.marks import Fingerprints
from medianest_notifications.adapters.channels.port import (
    ChannelConfig,
    ChannelGone,
    Message,
    MessageRefused,
    Receipt,
)
from medianest_notifications.adapters.channels.push_crypto import Vapid, decode, encode, encrypt, public_key

SYSTEM = "The push service"
_TITLE, _PAYLOAD = 250, 3900
"""Bytes. 4096 is what every push service takes, encrypted."""
_KEPT_FOR = {
    Urgency.LOW: timedelta(days=1),
    Urgency.NORMAL: timedelta(days=1),
    Urgency.HIGH: timedelta(days=3),
}
"""While the browser is away; the inbox has it anyway."""
_ANOTHER_KEY = frozenset({"VapidPkHashMismatch"})
_REASON = re.compile(r"[A-Za-z]{1,60}")
KNOWN_SERVICES = frozenset(
    {
        "fcm.googleapis.com",
        "android.googleapis.com",
        "jmt17.google.com",
        ".push.services.mozilla.com",
        ".push.apple.com",
        ".notify.windows.com",
    }
)
"""Of the makers of browsers; with a dot in front, whatever is below."""
STYLE = writing.plain_style(lambda text: len(_json(text)) - 2)


class WebPushConfig(ChannelConfig):
    """What a browser's `PushSubscription.toJSON()` says."""

    endpoint: SecretStr
    p256dh: str = Field(max_length=100)
    auth: SecretStr

    @model_validator(mode="before")
    @classmethod
    def _as_browsers_give_it(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("keys"), dict):
            flat = {name: value for name, value in values.items() if name not in ("keys", "expirationTime")}
            return flat | values["keys"]
        return values

    @field_validator("endpoint")
    @classmethod
    def _is_an_address(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        parts = urlsplit(text)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.fragment or len(text) > 2000:
            raise ValueError("must be the https address that the browser gave")
        if not parts.path.startswith("/") or parts.path.startswith("//"):
            raise ValueError("must be the https address that the browser gave")
        return value

    @field_validator("p256dh")
    @classmethod
    def _is_a_point(cls, value: str) -> str:
        try:
            public_key(decode(value))
        except ValueError:
            raise ValueError("must be a public key of P-256, as the browser gave it") from None
        return value

    @field_validator("auth")
    @classmethod
    def _is_a_secret(cls, value: SecretStr) -> SecretStr:
        try:
            right = len(decode(value.get_secret_value())) == 16
        except ValueError:
            right = False
        if not right:
            raise ValueError("must be 16 bytes, as the browser gave them")
        return value

    @property
    def parts(self) -> SplitResult:
        return urlsplit(self.endpoint.get_secret_value())

    @property
    def origin(self) -> str:
        return f"{self.parts.scheme}://{self.parts.netloc}"

    @property
    def secrets(self) -> tuple[str, ...]:
        path = self.parts.path
        return (self.endpoint.get_secret_value(), path, path.rpartition("/")[2], self.auth.get_secret_value())


class WebPushSender:
    kind: ClassVar[ChannelKind] = ChannelKind.WEB_PUSH
    config: type[WebPushConfig] = WebPushConfig

    def __init__(
        self,
        clients: Clients,
        *,
        vapid: Vapid,
        clock: Clock,
        marks: Fingerprints,
        inbox: str,
        services: frozenset[str] = KNOWN_SERVICES,
    ) -> None:
        """`services` are the hosts that browsers may name, in the form of `KNOWN_SERVICES`."""
        self._clients, self._vapid, self._clock = clients, vapid, clock
        self._marks, self._inbox, self._services = marks, inbox, services

    async def public(self) -> Mapping[str, str]:
        return {"publicKey": self._vapid.public_key}

    async def check(self, config: WebPushConfig) -> WebPushConfig:
        try:
            self._ensure_encrypted(config)
            self._ensure_known(config)
        except AddressRefused as refused:
            wrong = FieldError("endpoint", refused.detail)
            raise Invalid("This address cannot be used.", errors=[wrong]) from None
        await self._clients.check(config.origin, AddressPolicy.USER, name="endpoint")
        return config

    def shown(self, config: WebPushConfig) -> str:
        return f"Browser, by way of {config.parts.hostname}"

    def fingerprint(self, config: WebPushConfig) -> str:
        return self._marks.of(self.kind, config.endpoint.get_secret_value())

    async def send(self, message: Message, config: WebPushConfig) -> Receipt:
        body = encrypt(
            payload(message, inbox=self._inbox),
            browser=decode(config.p256dh),
            auth=decode(config.auth.get_secret_value()),
        )
        headers = {
            "Authorization": self._vapid.authorization(config.origin, now=self._clock.now()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(_KEPT_FOR[message.urgency].total_seconds())),
            "Topic": topic(message),
            "Urgency": message.urgency.value,
        }
        with answers.judged(_judge, config, words="message"):
            self._ensure_encrypted(config)
            async with self._clients.to(config.origin, AddressPolicy.USER) as client:
                answer = await client.request_as(
                    "POST",
                    config.parts.path + (f"?{config.parts.query}" if config.parts.query else ""),
                    answers.no_page,
                    content=body,
                    headers=headers,
                    shown_path="/…",
                    max_bytes=MOST_BYTES,
                )
        return Receipt(_receipt(answer, config))

    async def arrived(self, message: Message, config: WebPushConfig, since: datetime) -> bool | None:
        """A second copy has the same topic and tag, by which it takes the place of the first."""
        return None

    async def aclose(self) -> None:
        await self._clients.aclose()

    def _ensure_known(self, config: WebPushConfig) -> None:
        """No code is asked for, so nobody else has agreed to be sent anything at this address."""
        host = (config.parts.hostname or "").lower()
        below = {host[at:] for at, sign in enumerate(host) if sign == "."}
        if self._services.isdisjoint({host} | below) and not self._vouched(config):
            raise AddressRefused("This push service is not known here; an administrator can add it.")

    def _vouched(self, config: WebPushConfig) -> bool:
        return self._clients.allowed.policy(config.origin, AddressPolicy.USER) is AddressPolicy.OPERATOR

    def _ensure_encrypted(self, config: WebPushConfig) -> None:
        if config.parts.scheme != "https" and not self._vouched(config):
            raise AddressRefused("The address must start with https://.")


def payload(message: Message, *, inbox: str) -> bytes:
    """For the page's service worker, which shows it. `tag` is the same for what takes the place of the other."""
    document: dict[str, Any] = {
        "id": str(message.delivery_id),
        "type": message.type.value,
        "title": writing.title(message, STYLE, _TITLE),
        "link": message.link or inbox,
        "tag": topic(message),
        "urgency": message.urgency.value,
        "at": rfc3339(message.at),
        "lang": message.locale,
    }
    room = _PAYLOAD - len(_json(document | {"body": ""}))
    if body := writing.write(message, STYLE, room, inbox=inbox, titled=False, linked=False):
        document["body"] = body
    return _json(document)


def topic(message: Message) -> str:
    """At most 32 signs of base64url (RFC 8030, 5.4)."""
    return encode(sha256((message.collapse_key or message.delivery_id.hex).encode()).digest())[:32]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _judge(status: int, said: dict[str, Any], sentence: str) -> MediaNestError:
    if status in (404, 410):
        return ChannelGone(f"{sentence} The browser no longer takes messages.")
    found = _REASON.fullmatch(str(said.get("reason", "")))
    reason = found[0] if found else ""
    if status == 401 or "Jwt" in reason:
        # Our clock or our contact is wrong (Apple says so with 403): nothing that the browser could mend.
        return Unavailable(f"{sentence} {reason}".rstrip(), upstream=SYSTEM)
    if status == 403 or reason in _ANOTHER_KEY:
        return ChannelGone(f"{sentence} The browser subscribed with another key and has to do so again.")
    return MessageRefused(f"{sentence} {reason}".rstrip())


def _receipt(answer: Response, config: WebPushConfig) -> str | None:
    """The message's address may give access to it, so what is kept of it is its end."""
    location = urlsplit(answer.headers.get("location", "")).path.rpartition("/")[2]
    return answers.harmless(location, config)[:100] or None
