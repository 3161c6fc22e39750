"""Mail about a person's account, as text and as simple HTML, in their language. What people typed is text in both."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache
from html import escape
from importlib.resources import files
from uuid import UUID

from medianest_common.contracts.notifications import Mail, MailKind
from medianest_notifications import mail_form
from medianest_notifications.rendering import best_locale
from medianest_notifications.rendering.sandbox import fill


@dataclass(frozen=True, slots=True)
class Letter:
    """`label` is what the link is called; without one there is no link."""

    greeting: str
    subject: str
    before: tuple[str, ...]
    label: str = ""
    after: tuple[str, ...] = ()


@cache
def letters_of(locale: str) -> Mapping[MailKind, Letter]:
    place = files("medianest_notifications.rendering") / "letters" / f"{locale}.toml"
    tables = tomllib.loads(place.read_text("utf-8"))
    greeting = tables.pop("greeting")
    return {
        MailKind(kind): Letter(
            greeting=greeting,
            subject=words["subject"],
            before=tuple(words["before"]),
            label=words.get("label", ""),
            after=tuple(words.get("after", ())),
        )
        for kind, words in tables.items()
    }


def write(mail: Mail, *, mail_id: UUID, sender: Address, portal: str, at: datetime) -> EmailMessage:
    """Raises `ValueError` if the recipient's address is none: nothing of it can become another header."""
    locale = best_locale(mail.locale)
    letter = letters_of(locale)[mail.kind]
    subject = f"{letter.subject} – MediaNest"
    message = mail_form.headed(subject=subject, to=mail.to, sender=sender, mail_id=mail_id, at=at)
    message.set_content(_text(letter, mail, portal=portal))
    message.add_alternative(_html(letter, mail, locale=locale, portal=portal), subtype="html")
    return message


def _text(letter: Letter, mail: Mail, *, portal: str) -> str:
    link = [mail.link] if letter.label and mail.link else []
    parts = [
        fill(letter.greeting, {"name": mail.name}),
        *letter.before,
        *link,
        *letter.after,
        f"-- \nMediaNest, {portal}",
    ]
    return "\n\n".join(parts) + "\n"


def _html(letter: Letter, mail: Mail, *, locale: str, portal: str) -> str:
    content = [
        mail_form.paragraph(fill(letter.greeting, {"name": mail.name})),
        *map(mail_form.paragraph, letter.before),
        mail_form.button(letter.label, mail.link) if letter.label and mail.link else "",
        *map(mail_form.paragraph, letter.after),
    ]
    footer = f"MediaNest, {escape(portal)}"
    return mail_form.page("".join(content), title=letter.subject, locale=locale, footer=footer)
