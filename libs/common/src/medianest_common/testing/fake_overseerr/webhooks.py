"""The webhook agent: one address, one template, one attempt."""

import asyncio
import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from medianest_common.http.guard import public_authorities

from .notices import Notice
from .numbers import IssueStatus, IssueType, MediaStatus, Notification
from .state import State, User, WebhookSettings
from .views import avatar

type Json = dict[str, Any]
type Lookup = Callable[[Notice], object]

_TIMEOUT_SECONDS = 10.0
_BLOCKS = ("extra", "media", "request", "issue", "comment")

DEFAULT_TEMPLATE: Json = {
    "notification_type": "{{notification_type}}",
    "event": "{{event}}",
    "subject": "{{subject}}",
    "message": "{{message}}",
    "image": "{{image}}",
    "{{media}}": {
        "media_type": "{{media_type}}",
        "tmdbId": "{{media_tmdbid}}",
        "tvdbId": "{{media_tvdbid}}",
        "status": "{{media_status}}",
        "status4k": "{{media_status4k}}",
    },
    "{{request}}": {
        "request_id": "{{request_id}}",
        "requestedBy_email": "{{requestedBy_email}}",
        "requestedBy_username": "{{requestedBy_username}}",
        "requestedBy_avatar": "{{requestedBy_avatar}}",
        "requestedBy_settings_discordId": "{{requestedBy_settings_discordId}}",
        "requestedBy_settings_telegramChatId": "{{requestedBy_settings_telegramChatId}}",
    },
    "{{issue}}": {
        "issue_id": "{{issue_id}}",
        "issue_type": "{{issue_type}}",
        "issue_status": "{{issue_status}}",
        "reportedBy_email": "{{reportedBy_email}}",
        "reportedBy_username": "{{reportedBy_username}}",
        "reportedBy_avatar": "{{reportedBy_avatar}}",
        "reportedBy_settings_discordId": "{{reportedBy_settings_discordId}}",
        "reportedBy_settings_telegramChatId": "{{reportedBy_settings_telegramChatId}}",
    },
    "{{comment}}": {
        "comment_message": "{{comment_message}}",
        "commentedBy_email": "{{commentedBy_email}}",
        "commentedBy_username": "{{commentedBy_username}}",
        "commentedBy_avatar": "{{commentedBy_avatar}}",
        "commentedBy_settings_discordId": "{{commentedBy_settings_discordId}}",
        "commentedBy_settings_telegramChatId": "{{commentedBy_settings_telegramChatId}}",
    },
    "{{extra}}": [],
}


def encoded_twice(template: Json) -> str:
    """The form in which the server wants a template: JSON, as a JSON string."""
    return json.dumps(json.dumps(template, indent=2, ensure_ascii=False), ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class SentWebhook:
    kind: Notification
    body: Json
    status: int | None
    """The receiver's answer; None when there was none."""


class Webhooks:
    def __init__(self, state: State) -> None:
        self._state = state
        self._client = httpx.AsyncClient(
            verify=public_authorities(),
            timeout=_TIMEOUT_SECONDS,
            headers={"User-Agent": "axios/1.7.9"},
            trust_env=False,
        )
        self._running: set[asyncio.Task[bool]] = set()
        self.sent: list[SentWebhook] = []
        self.suppressed = False
        """Loses every webhook while set, as a broken network would."""
        self.copies = 1
        """How often each webhook is delivered."""

    def send(self, notice: Notice) -> None:
        """Fills the template now and delivers in the background, once; what fails is forgotten."""
        settings = self._state.webhook
        if self.suppressed or not settings.enabled or not settings.url or not notice.kind & settings.types:
            return
        body = self._filled(settings, notice)
        if body is None:
            return
        for _ in range(self.copies):
            task = asyncio.create_task(self._deliver(settings, notice.kind, body))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def send_now(self, settings: WebhookSettings, notice: Notice) -> bool:
        body = self._filled(settings, notice)
        return body is not None and await self._deliver(settings, notice.kind, body)

    async def settled(self) -> None:
        """Returns when nothing is on its way any more."""
        while self._running:
            await asyncio.wait(self._running, timeout=_TIMEOUT_SECONDS)

    async def close(self) -> None:
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._client.aclose()

    async def _deliver(self, settings: WebhookSettings, kind: Notification, body: Json) -> bool:
        headers = {"Authorization": settings.authorization} if settings.authorization else {}
        try:
            answer = await self._client.post(settings.url, json=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            self.sent.append(SentWebhook(kind=kind, body=body, status=None))
            return False
        self.sent.append(SentWebhook(kind=kind, body=body, status=answer.status_code))
        return answer.is_success

    def _filled(self, settings: WebhookSettings, notice: Notice) -> Json | None:
        """None for a template that was not encoded twice."""
        try:
            template = json.loads(json.loads(settings.payload))
        except (TypeError, ValueError):
            return None
        return fill(template, notice) if isinstance(template, dict) else None


def fill(template: Json, notice: Notice) -> Json:
    """The template with every placeholder replaced, placeholders that came in with a text included."""
    filled = copy.deepcopy(template)
    for key in list(filled):
        name = key
        if key.startswith("{{") and key.strip("{}") in _BLOCKS:
            name = key.strip("{}")
            block = filled.pop(key)
            given = getattr(notice, name)
            filled[name] = given if name == "extra" else (block if given else None)
        value = filled[name]
        if isinstance(value, str):
            for placeholder, lookup in _PLACEHOLDERS.items():
                found = lookup(notice)
                value = _js_replace(value, f"{{{{{placeholder}}}}}", "" if found is None else str(found))
            filled[name] = value
        elif isinstance(value, dict):
            filled[name] = fill(value, notice)
    return filled


def _js_replace(text: str, placeholder: str, replacement: str) -> str:
    """`String.prototype.replace` with a string: the first match only, and `$` patterns have a meaning."""
    before, found, after = text.partition(placeholder)
    if not found:
        return text
    meanings = {"$$": "$", "$&": found, "$`": before, "$'": after}
    expanded = re.sub(r"\$[$&`']", lambda match: meanings[match[0]], replacement)
    return f"{before}{expanded}{after}"


def _person(prefix: str, user: Callable[[Notice], User | None]) -> dict[str, Lookup]:
    def field(read: Callable[[User], object]) -> Lookup:
        def look(notice: Notice) -> object:
            found = user(notice)
            return None if found is None else read(found)

        return look

    return {
        f"{prefix}_username": field(lambda found: found.display_name),
        f"{prefix}_email": field(lambda found: found.email),
        f"{prefix}_avatar": field(avatar),
        f"{prefix}_settings_discordId": lambda _: None,
        f"{prefix}_settings_telegramChatId": lambda _: None,
    }


_PLACEHOLDERS: dict[str, Lookup] = {
    "notification_type": lambda notice: notice.kind.name,
    "event": lambda notice: notice.event,
    "subject": lambda notice: notice.subject,
    "message": lambda notice: notice.message,
    "image": lambda notice: notice.image,
    **_person("notifyuser", lambda _: None),
    "media_tmdbid": lambda notice: notice.media and notice.media.tmdb_id,
    "media_tvdbid": lambda notice: notice.media and notice.media.tvdb_id,
    "media_type": lambda notice: notice.media and notice.media.kind,
    "media_status": lambda notice: notice.media and MediaStatus(notice.media.status).name,
    "media_status4k": lambda notice: notice.media and MediaStatus(notice.media.status_4k).name,
    "request_id": lambda notice: notice.request and notice.request.id,
    **_person("requestedBy", lambda notice: notice.request.requested_by if notice.request else None),
    "issue_id": lambda notice: notice.issue and notice.issue.id,
    "issue_type": lambda notice: notice.issue and IssueType(notice.issue.type).name,
    "issue_status": lambda notice: notice.issue and IssueStatus(notice.issue.status).name,
    **_person("reportedBy", lambda notice: notice.issue.created_by if notice.issue else None),
    "comment_message": lambda notice: notice.comment and notice.comment.message,
    **_person("commentedBy", lambda notice: notice.comment.user if notice.comment else None),
}
