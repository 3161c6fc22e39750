"""The notifications service needs a mail server, if it is to send mail, and nothing else."""

from email.headerregistry import Address
from email.policy import SMTP
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from medianest_notifications.channel_settings import ChannelSettings

_FORM = "must be like smtp://user:password@mail.example.org:587?tls=starttls (or tls=implicit, tls=none)"


class Tls(StrEnum):
    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


class MailServer(NamedTuple):
    host: str
    port: int
    tls: Tls
    user: str | None
    password: str | None

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


class NotificationsSettings(ChannelSettings):
    smtp_url: SecretStr | None = None
    mail_from: str = Field(default="", validate_default=True)
    """Whom mail is from, like `MediaNest <nest@example.org>`."""
    timezone: str = "UTC"
    """Of the household, for people who have chosen none; a name such as Europe/Berlin."""
    news_wait_seconds: float = Field(default=300.0, ge=0, le=3600)
    """What is new in a library is told once nothing more has come for so long, and after half an hour in any case."""
    notify_lease_seconds: float = Field(default=60, ge=2, le=600)
    """So long an attempt to send something counts as being made, if whoever made it has gone; then it is made again."""

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise ValueError("must be the name of a time zone, such as Europe/Berlin") from None
        return name

    @field_validator("smtp_url")
    @classmethod
    def _names_a_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            parse_server(value.get_secret_value())
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_one_address(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            if info.data.get("smtp_url"):
                raise ValueError("is needed with MEDIANEST_SMTP_URL: an address that may send through it")
            return value
        parse_sender(value)
        return value

    @property
    def mail_server(self) -> MailServer | None:
        return parse_server(self.smtp_url.get_secret_value()) if self.smtp_url else None


def parse_server(url: str) -> MailServer:
    """Without `tls` a connection is encrypted by STARTTLS, on port 465 and for `smtps://` from the first byte."""
    try:
        parts = urlsplit(url)
        port = parts.port
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        named = options.pop("tls", None)
        implicit = parts.scheme == "smtps" or port == 465
        tls = Tls(named) if named else Tls.IMPLICIT if implicit else Tls.STARTTLS
    except ValueError:
        raise ValueError(_FORM) from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or options:
        raise ValueError(_FORM)
    usual = {Tls.IMPLICIT: 465, Tls.STARTTLS: 587, Tls.NONE: 25}
    return MailServer(
        host=parts.hostname,
        port=port or usual[tls],
        tls=tls,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def parse_sender(text: str) -> Address:
    try:
        header = SMTP.header_factory("From", text)
        (sender,) = header.addresses
    except (ValueError, AttributeError, IndexError):
        raise ValueError("must be one address, like MediaNest <nest@example.org>") from None
    if header.defects or not sender.username or not sender.domain or not text.isascii():
        raise ValueError("must be one address, like MediaNest <nest@example.org>")
    found: Address = sender
    return found
