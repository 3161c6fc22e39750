"""Everything else, by an address of Apprise's (github.com/caronc/apprise): one message, one process, see
`apprise_child`. What it may do is a list of services; what it can reach is what any channel of the person's can."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, field_validator

from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import (
    BadUpstream,
    FieldError,
    Invalid,
    MediaNestError,
    TimedOut,
    TooManyRequests,
    Unavailable,
)
from medianest_common.http import AddressPolicy, AddressRefused
from medianest_common.http.guard import resolve
from medianest_notifications.adapters.channels import answers, writing
from medianest_notifications.adapters.channels.apprise_services import REFUSED_OPTIONS, SERVICES, ours_instead
from medianest_notifications.adapters.channels.clients import AllowedHosts
from medianest_notifications.adapters.channels.marks import Fingerprints
from medianest_notifications.adapters.channels.port import (
    Addressed,
    ChannelGone,
    Message,
    MessageRefused,
    Receipt,
)
from medianest_notifications.adapters.channels.text import one_line, utf16

SYSTEM = "Apprise"
_CHILD = Path(__file__).with_name("apprise_child.py")
_WITHIN, _CHECKED_WITHIN = 15.0, 7.0
_PLACE_WITHIN, _CHECK_PLACE_WITHIN = 4.0, 2.0
_PLACE_AGAIN = 20.0
"""Seconds. Somebody waits for a check; both together are less than what an attempt or a check may take."""
_AT_ONCE = 2
_MOST_ROOM = 8000
_LONGEST_MASKED = 120
_SHORTEST_SECRET = 6
_TYPES = {Urgency.LOW: "info", Urgency.NORMAL: "info", Urgency.HIGH: "warning"}
_USUAL_PORTS = (80, 443)
_STYLE = replace(writing.plain_style(utf16), harmless=writing.unmentioned)
_FORM = re.compile(r"([a-z0-9]{2,20})://\S+", re.IGNORECASE)


def _options(url: str) -> set[str]:
    """The names of whatever Apprise could take for an option: for it, `#` ends nothing and `;` begins another."""
    pieces = re.split(r"[?&;#]", url.partition("?")[2])
    return {unquote(piece.partition("=")[0].replace("+", " ")).strip().lower() for piece in pieces}


class AppriseConfig(Addressed):
    """Our own fields are what Apprise says about the service."""

    url: SecretStr = Field(description="Such as pover://user@token; see the list of services")
    service: str = Field(default="", exclude=True)
    masked: str = Field(default="", exclude=True)
    room: int = Field(default=0, exclude=True)
    title_room: int = Field(default=0, exclude=True)

    @field_validator("url")
    @classmethod
    def _is_of_a_service(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value().strip()
        found = _FORM.fullmatch(text)
        if not found or len(text) > 1000 or not text.isprintable():
            raise ValueError("must be an address of Apprise's, like pover://user@token")
        schema = found[1].lower()
        if instead := ours_instead(schema):
            raise ValueError(f"is not needed: add a channel of the kind {instead}")
        if schema not in SERVICES:
            raise ValueError(
                "is for a service that is not allowed here; the list of kinds names those that are"
            )
        if not REFUSED_OPTIONS.isdisjoint(_options(text)):
            raise ValueError("has an option that is not allowed here")
        return SecretStr(text)

    @property
    def schema_name(self) -> str:
        return self.url.get_secret_value().partition("://")[0].lower()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The whole and everything in it: which part of it is secret only the service knows."""
        text = self.url.get_secret_value()
        rest = text.partition("://")[2]
        parts = re.split(r"[/?&=:@,;]", rest)
        return (text, rest, *sorted({*parts, *map(unquote, parts)} - {""}, key=len, reverse=True))


class AppriseSender:
    kind: ClassVar[ChannelKind] = ChannelKind.APPRISE
    config: type[AppriseConfig] = AppriseConfig

    def __init__(self, allowed: AllowedHosts, *, marks: Fingerprints, inbox: str) -> None:
        self._allowed, self._marks, self._inbox = allowed, marks, inbox
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def public(self) -> Mapping[str, str]:
        return {"services": " ".join(sorted(SERVICES))}

    async def check(self, config: AppriseConfig) -> AppriseConfig:
        told = await self._run(config, within=_CHECKED_WITHIN, place_within=_CHECK_PLACE_WITHIN, act="check")
        if not told.ok:
            wrong = "is not what this service needs; its page in Apprise's documentation shows the form"
            raise _wrong(wrong)
        host = str(told.values["host"] or "")
        if host:
            await self._ensure_allowed(config, host, told.values["port"])
        return config.model_copy(
            update={
                "service": str(told.values["service"]),
                "masked": _masked(str(told.values["masked"]), config, host=host),
                "room": min(int(told.values["room"]), _MOST_ROOM),
                "title_room": int(told.values["titleRoom"]),
            }
        )

    def shown(self, config: AppriseConfig) -> str:
        return f"{config.service or 'Apprise'}, {config.masked or config.schema_name + '://…'}"

    def fingerprint(self, config: AppriseConfig) -> str:
        return self._marks.of(self.kind, config.url.get_secret_value())

    async def send(self, message: Message, config: AppriseConfig) -> Receipt:
        if not config.room:
            config = await self.check(config)
        said = composed(message, room=config.room, title_room=config.title_room, inbox=self._inbox)
        told = await self._run(
            config,
            within=_WITHIN,
            place_within=_PLACE_WITHIN,
            act="send",
            type=_TYPES[message.urgency],
            **said,
        )
        if not told.ok:
            raise _judged(told, config)
        return Receipt(None)

    async def arrived(self, message: Message, config: AppriseConfig, since: datetime) -> bool | None:
        """Apprise has no way to ask."""
        return None

    async def aclose(self) -> None:
        """Nothing outlives a message."""

    async def _run(
        self, config: AppriseConfig, *, within: float, place_within: float, **task: str
    ) -> "_Told":
        """Who waits in vain for a place has begun nothing, and comes again."""
        task_json = json.dumps(
            task
            | {
                "url": config.url.get_secret_value(),
                "module": SERVICES[config.schema_name],
                "reach": config.reach.value,
                "vouched": await self._vouched(config),
            }
        ).encode()
        try:
            async with asyncio.timeout(place_within):
                await self._places.acquire()
        except TimeoutError:
            raise Unavailable(
                "Too much is being sent by way of Apprise at this moment.",
                upstream=SYSTEM,
                retry_after=_PLACE_AGAIN,
            ) from None
        try:
            async with asyncio.timeout(within):
                return await _child(task_json)
        except TimeoutError:
            raise TimedOut("The service took too long to answer.", upstream=SYSTEM) from None
        finally:
            self._places.release()

    async def _ensure_allowed(self, config: AppriseConfig, host: str, port: int | None) -> None:
        """Before it is kept; what it leads to later is judged when it is dialled."""
        usual = 443 if config.schema_name.endswith("s") else 80
        if await self._vouched(config):
            return
        try:
            async with asyncio.timeout(3.0):
                await resolve(host, port or usual, policy=config.reach)
        except AddressRefused as refused:
            raise _wrong(refused.detail) from None
        except (OSError, TimeoutError):
            raise _wrong("The host name of this address cannot be found.") from None

    async def _vouched(self, config: AppriseConfig) -> list[tuple[str, int]]:
        """Where the host of the address leads, on the ports that the operator vouches for."""
        try:
            host = (urlsplit(config.url.get_secret_value()).hostname or "").lower()
        except ValueError:
            return []
        ports = [port for port in _USUAL_PORTS if host in self._allowed.hosts]
        ports += [
            int(entry.rpartition(":")[2]) for entry in self._allowed.hosts if entry.startswith(f"{host}:")
        ]
        found: list[tuple[str, int]] = []
        for port in ports if host else []:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(3.0):
                    found += [(at, port) for at in await resolve(host, port, policy=AddressPolicy.OPERATOR)]
        return found


@dataclass(frozen=True, slots=True)
class _Told:
    values: dict[str, Any]

    @property
    def ok(self) -> bool:
        return self.values.get("ok") is True


def _wrong(why: str) -> Invalid:
    return Invalid("Some values are not valid.", errors=[FieldError("url", why)])


def composed(message: Message, *, room: int, title_room: int, inbox: str) -> dict[str, str]:
    """Services without a title of their own have it in the text."""
    body = writing.write(message, _STYLE, room, inbox=inbox, titled=not title_room)
    title = writing.title(message, _STYLE, title_room) if title_room else ""
    return {"title": title if body else "", "body": body or title}


async def _child(task: bytes) -> _Told:
    """The environment is empty: nothing of ours can be read from it, and no proxy is taken from it."""
    authorities = os.environ.get("SSL_CERT_FILE")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-B",
        str(_CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONUTF8": "1"} | ({"REQUESTS_CA_BUNDLE": authorities} if authorities else {}),
        cwd="/",
        start_new_session=True,
    )
    try:
        out, _ = await process.communicate(task)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    try:
        return _Told(dict(json.loads(out.splitlines()[-1])))
    except (ValueError, LookupError, TypeError):
        raise BadUpstream("Apprise ended without an answer.", upstream=SYSTEM) from None


def _judged(told: _Told, config: AppriseConfig) -> MediaNestError:
    """Apprise says yes or no; why not stands, if anywhere, in what it has logged. Without a status it may pass."""
    words = answers.harmless(str(told.values.get("words") or "It did not take the message."), config)
    status = told.values.get("status")
    if told.values.get("stopped"):
        # See `answers.judged`.
        return Unavailable("The service is at an address that is not allowed.", upstream=SYSTEM)
    if status in (401, 403, 410):
        return ChannelGone(words)
    if status in (400, 413, 422):
        return MessageRefused(words)
    if status == 429:
        return TooManyRequests(words, upstream=SYSTEM)
    return Unavailable(words, upstream=SYSTEM)


def _masked(text: str, config: AppriseConfig, *, host: str) -> str:
    """Apprise's own mask, unless it has left something in that could be a secret: all but the name of the server and
    of a room."""
    text = unquote(text.partition("?")[0])[:_LONGEST_MASKED]
    said = text.partition("://")[2]
    for secret in config.secrets:
        harmless = len(secret) < _SHORTEST_SECRET or secret.lower() == host.lower() or secret.startswith("#")
        if not harmless and secret in said:
            return f"{config.schema_name}://{host}{'/' if host else ''}…"
    return one_line(text)
