"""The words of notifications: what is built in, and what administrators put in its place."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Event, Nothing, Query, Timestamp
from medianest_common.contracts.notifications import NotificationType


class Language(StrEnum):
    ENGLISH = "en"
    GERMAN = "de"


class TemplateChannel(StrEnum):
    ANY = "any"
    """Wherever no words of its own are."""
    INBOX = "inbox"
    EMAIL = "email"
    WEB_PUSH = "web_push"
    DISCORD = "discord"
    TELEGRAM = "telegram"
    NTFY = "ntfy"
    GOTIFY = "gotify"
    APPRISE = "apprise"


class Words(Contract):
    title: str
    body: str


class OwnWords(Words):
    """An administrator's. `failure` says why they could not be used the last time: the built-in ones were then."""

    version: int
    updated_at: Timestamp
    failed_at: Timestamp | None
    failure: str | None


class Template(Contract):
    """Without `built_in` the channel has no words of its own but these."""

    type: NotificationType
    locale: Language
    channel: TemplateChannel
    built_in: Words | None
    own: OwnWords | None
    variables: dict[str, Any]
    """What can be named in double braces, each with an example."""


class Templates(Contract):
    items: list[Template]
    filters: list[str]
    """What can stand after a value and a bar, such as `{{ who | upper }}`."""


class TemplatePreview(Contract):
    """One for each example of what the type may say, or one for the notification that was named."""

    items: list[Words]


class TemplateBody(Body):
    title: str = Field(min_length=1, max_length=500)
    body: str = Field(min_length=1, max_length=4000)
    version: int | None = Field(default=None, ge=1, le=2**53 - 1)
    """The one that was looked at. With it 409 says that somebody else has changed it meanwhile."""


class PreviewBody(Body):
    """Without `title` or `body`, as they stand now; without `notification_id`, with examples."""

    type: NotificationType = Field(strict=False)
    locale: Language = Field(default=Language.ENGLISH, strict=False)
    channel: TemplateChannel = Field(default=TemplateChannel.INBOX, strict=False)
    title: str | None = Field(default=None, min_length=1, max_length=500)
    body: str | None = Field(default=None, min_length=1, max_length=4000)
    notification_id: UUID | None = Field(default=None, strict=False)
    """One of one's own."""


class ListTemplates(Query[Templates]):
    type: NotificationType | None = None
    locale: Language | None = None


class GetTemplate(Query[Template]):
    type: NotificationType
    locale: Language
    channel: TemplateChannel


class SetTemplate(Command[Template]):
    type: NotificationType
    locale: Language
    channel: TemplateChannel
    title: str
    body: str
    version: int | None = None


class ResetTemplate(Command[Nothing]):
    type: NotificationType
    locale: Language
    channel: TemplateChannel


class PreviewTemplate(Query[TemplatePreview]):
    type: NotificationType
    locale: Language
    channel: TemplateChannel
    title: str | None = None
    body: str | None = None
    notification_id: UUID | None = None


class TemplateChanged(Event):
    """Without a version it is as it was built in again."""

    notification: NotificationType
    locale: Language
    channel: TemplateChannel
    version: int | None
    actor_id: UUID
