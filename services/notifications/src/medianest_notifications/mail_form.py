"""What all mail of ours has in common: its headers, and a page that can be read on a phone, in light and in dark."""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from html import escape
from uuid import UUID

_LONGEST_SUBJECT = 200


class _Whole(UnstructuredHeader, BaseHeader):
    """On one line: the standard library would write a long address as an encoded word, which no mail program reads."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _Whole)
_POLICY = SMTP.clone(header_factory=_headers)


def headed(*, subject: str, to: str, sender: Address, mail_id: UUID, at: datetime) -> EmailMessage:
    """Raises `ValueError` if the recipient's address is none: nothing of it can become another header."""
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = subject[:_LONGEST_SUBJECT]
    message["From"] = sender
    message["To"] = address(to)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(mail_id, sender)
    message["Auto-Submitted"] = "auto-generated"
    return message


def message_id(mail_id: UUID, sender: Address) -> str:
    """The same however often it is tried, so that a second copy is recognised as one."""
    return f"<{mail_id}@{sender.domain}>"


def address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (ValueError, MessageError, IndexError):
        raise ValueError("not an address") from None


def paragraph(text: str) -> str:
    """Lines stay lines; `dir` lets what is written right to left begin on the right."""
    return f'<p dir="auto" style="margin:0 0 12px">{escape(text).replace("\n", "<br>")}</p>\n'


def heading(text: str) -> str:
    return f'<h1 dir="auto" style="margin:0 0 12px;font-size:20px;line-height:1.3">{escape(text)}</h1>\n'


def button(words: str, link: str) -> str:
    style = (
        "display:inline-block;padding:10px 18px;border-radius:8px;background:#2f6fed;color:#ffffff;"
        "text-decoration:none;font-weight:600"
    )
    return f'<p style="margin:16px 0"><a href="{escape(link)}" style="{style}">{escape(words)}</a></p>\n'


def page(content: str, *, title: str, locale: str, footer: str) -> str:
    """`content` and `footer` are HTML of ours."""
    return (
        f'<!doctype html>\n<html lang="{escape(locale)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n</head>\n"
        "<body style=\"margin:0;padding:24px 12px;font-family:-apple-system,'Segoe UI',Roboto,sans-serif;"
        'font-size:16px;line-height:1.5;overflow-wrap:anywhere">\n'
        '<div style="max-width:560px;margin:0 auto">\n'
        f"{content}"
        f'<p style="margin:24px 0 0;font-size:13px;color:#767676">{footer}</p>\n'
        "</div>\n</body>\n</html>\n"
    )
