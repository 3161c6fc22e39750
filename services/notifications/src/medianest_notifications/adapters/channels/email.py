"""E-mail: text and HTML, one mail for each person, so that what one server refuses is tried again for nobody else."""

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from html import escape
from typing import ClassVar

from pydantic import Field, field_validator

from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_notifications import mail_form
from medianest_notifications.adapters.channels.marks import Fingerprints
from medianest_notifications.adapters.channels.port import (
    ChannelConfig,
    ChannelGone,
    Message,
    MessageRefused,
    Receipt,
)
from medianest_notifications.adapters.channels.text import cut, one_line, plain, title_of, word
from medianest_notifications.adapters.smtp import MailRefused, Smtp

_LONGEST_SUBJECT = 150


class EmailConfig(ChannelConfig):
    address: str = Field(max_length=254)

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        found = mail_form.address(value.strip())
        if not found.username or "." not in found.domain or any(sign.isspace() for sign in value.strip()):
            raise ValueError("must be like frida@example.org")
        return value.strip()

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.address,)


class EmailSender:
    kind: ClassVar[ChannelKind] = ChannelKind.EMAIL
    config: type[EmailConfig] = EmailConfig

    def __init__(self, smtp: Smtp, *, sender: Address, portal: str, marks: Fingerprints) -> None:
        self._smtp, self._sender, self._portal, self._marks = smtp, sender, portal, marks

    async def public(self) -> Mapping[str, str]:
        return {"from": self._sender.addr_spec}

    async def check(self, config: EmailConfig) -> EmailConfig:
        return config

    def shown(self, config: EmailConfig) -> str:
        name, _, domain = config.address.rpartition("@")
        return f"{name[:2]}…@{domain}"

    def fingerprint(self, config: EmailConfig) -> str:
        """Whoever tells `Frida@` from `frida@` is not known to exist."""
        return self._marks.of(self.kind, config.address.lower())

    async def send(self, message: Message, config: EmailConfig) -> Receipt:
        try:
            await self._smtp.send(write(message, to=config.address, sender=self._sender, portal=self._portal))
        except MailRefused as refused:
            if refused.no_such_box:
                raise ChannelGone(f"{refused.detail} There is no such mailbox.") from None
            raise MessageRefused(f"The mail server refused the mail. {refused.detail}") from None
        return Receipt(mail_form.message_id(message.delivery_id, self._sender))

    async def arrived(self, message: Message, config: EmailConfig, since: datetime) -> bool | None:
        """A second copy has the same Message-ID, by which mail programs know it."""
        return None

    async def aclose(self) -> None:
        """Each mail has a connection of its own."""


def write(message: Message, *, to: str, sender: Address, portal: str) -> EmailMessage:
    title = title_of(message)
    mail = mail_form.headed(
        subject=cut(title, _LONGEST_SUBJECT), to=to, sender=sender, mail_id=message.delivery_id, at=message.at
    )
    if message.unsubscribe:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        if message.unsubscribe.startswith("https:"):
            # One click works over TLS only (RFC 8058).
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(_text(message, title, portal=portal))
    mail.add_alternative(_html(message, title, portal=portal), subtype="html")
    return mail


def _text(message: Message, title: str, *, portal: str) -> str:
    off = f"\n{word(message.locale, 'off')}: {message.unsubscribe}" if message.unsubscribe else ""
    parts = (
        "\n".join(line for line in (f"* {one_line(part.title)}", plain(part.body), part.link) if line)
        for part in message.parts
    )
    pieces = [title, plain(message.body), *parts, message.link or "", f"-- \nMediaNest, {portal}{off}"]
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def _html(message: Message, title: str, *, portal: str) -> str:
    content = [mail_form.heading(title)]
    if body := plain(message.body):
        content.append(mail_form.paragraph(body))
    for part in message.parts:
        name = escape(one_line(part.title))
        named = f'<a href="{escape(part.link)}" style="color:#2f6fed">{name}</a>' if part.link else name
        content.append(
            f'<div dir="auto" style="margin:0 0 16px;padding-left:12px;border-left:3px solid #c9d4ee">\n'
            f'<p style="margin:0;font-weight:600">{named}</p>\n'
        )
        if body := plain(part.body):
            content.append(mail_form.paragraph(body))
        content.append("</div>\n")
    if message.link:
        content.append(mail_form.button(word(message.locale, "open"), message.link))
    footer = f"MediaNest, {escape(portal)}"
    if message.unsubscribe:
        off = escape(word(message.locale, "off"))
        footer += f'<br><a href="{escape(message.unsubscribe)}" style="color:#767676">{off}</a>'
    return mail_form.page("".join(content), title=title, locale=message.locale, footer=footer)
