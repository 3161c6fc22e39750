"""One canonical form for everything that people write in more than one way."""

import unicodedata
from contextlib import suppress

import idna

from medianest_common.errors import FieldError, Invalid

_LONGEST_NAME = 80


def email_key(text: str) -> str:
    """The form under which an address is unique and looked up. Never fails: nonsense becomes a key nobody has."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).strip().casefold())
    local, at, domain = folded.rpartition("@")
    with suppress(idna.IDNAError, UnicodeError):
        domain = idna.encode(domain, uts46=True).decode().lower()
    return f"{local}{at}{domain}"


def valid_email(text: str) -> str:
    """Without surrounding blanks; raises `Invalid` when it cannot be an address."""
    # For when somebody writes one: its patterns are among the largest.
    from email_validator import EmailNotValidError, validate_email

    text = text.strip()
    try:
        validate_email(email_key(text), check_deliverability=False, globally_deliverable=False)
    except (EmailNotValidError, UnicodeError):
        wrong = FieldError("email", "This is not an e-mail address.")
        raise Invalid("Check the e-mail address.", errors=[wrong]) from None
    return text


def shown_name(text: str) -> str:
    """A name as it is shown: composed, on one line, without invisible or direction-changing characters."""
    visible = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    # What stood between two marks is gone, so that they have an order now.
    composed = unicodedata.normalize("NFC", visible)
    return " ".join(composed.split())[:_LONGEST_NAME].strip()


def valid_name(text: str) -> str:
    """As it is shown; raises `Invalid` when there is nothing to see."""
    name = shown_name(text)
    if not name:
        raise Invalid(errors=[FieldError("name", "Enter a name that can be seen.")])
    return name


def storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
