"""What mail says, as text and as simple HTML. What people typed is text in both."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from html import escape
from uuid import UUID

from medianest_common.contracts.notifications import Mail, MailKind
from medianest_notifications import mail_form


@dataclass(frozen=True, slots=True)
class Letter:
    """`label` is what the link is called; without one there is no link."""

    subject: str
    paragraphs: tuple[str, ...]
    label: str = ""
    afterwards: tuple[str, ...] = ()


_LETTERS = {
    MailKind.PASSWORD_RESET: Letter(
        subject="Choose a new password",
        paragraphs=(
            "Somebody, hopefully you, asked for a new password for your account.",
            "With this link you can choose one. It is good once, and for 30 minutes:",
        ),
        label="Choose a new password",
        afterwards=("If it was not you, do nothing: your password stays as it is.",),
    ),
    MailKind.NO_PASSWORD: Letter(
        subject="You sign in without a password",
        paragraphs=(
            "Somebody, hopefully you, asked for a new password for your account.",
            "Your account has none: you sign in the way you always did, for example with Plex.",
            "Once signed in you can set a password in your account’s settings.",
        ),
    ),
    MailKind.EMAIL_CONFIRM: Letter(
        subject="Confirm your new e-mail address",
        paragraphs=(
            "Somebody, hopefully you, wants to use this address for their account.",
            "With this link you confirm that it is yours. It is good once, and for a day:",
        ),
        label="Confirm this address",
        afterwards=("If it was not you, do nothing: the account keeps the address it has.",),
    ),
    MailKind.EMAIL_CHANGED: Letter(
        subject="Your e-mail address was changed",
        paragraphs=(
            "Your account has another e-mail address now, and no longer this one. Other sessions have ended.",
            "If it was not you, tell whoever runs this portal at once.",
        ),
    ),
    MailKind.PASSWORD_CHANGED: Letter(
        subject="Your password was changed",
        paragraphs=(
            "The password of your account has just been changed, and all other sessions have ended.",
            "If it was not you, ask for a new password at the sign-in page now, and tell whoever runs this portal.",
        ),
    ),
}


def write(mail: Mail, *, mail_id: UUID, sender: Address, portal: str, at: datetime) -> EmailMessage:
    """Raises `ValueError` if the recipient's address is none: nothing of it can become another header."""
    letter = _LETTERS[mail.kind]
    subject = f"{letter.subject} – MediaNest"
    message = mail_form.headed(subject=subject, to=mail.to, sender=sender, mail_id=mail_id, at=at)
    message.set_content(_text(letter, mail, portal=portal))
    message.add_alternative(_html(letter, mail, portal=portal), subtype="html")
    return message


def _text(letter: Letter, mail: Mail, *, portal: str) -> str:
    link = [mail.link] if letter.label and mail.link else []
    parts = [
        f"Hello {mail.name},",
        *letter.paragraphs,
        *link,
        *letter.afterwards,
        f"-- \nMediaNest, {portal}",
    ]
    return "\n\n".join(parts) + "\n"


def _html(letter: Letter, mail: Mail, *, portal: str) -> str:
    content = [
        mail_form.paragraph(f"Hello {mail.name},"),
        *map(mail_form.paragraph, letter.paragraphs),
        mail_form.button(letter.label, mail.link) if letter.label and mail.link else "",
        *map(mail_form.paragraph, letter.afterwards),
    ]
    footer = f"MediaNest, {escape(portal)}"
    return mail_form.page("".join(content), title=letter.subject, locale="en", footer=footer)
