"""What a provider says about a person, as far as it is fit to be kept and shown."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from medianest_auth.normalising import shown_name, storable, valid_email
from medianest_common.errors import Invalid

_LONGEST_SUBJECT = 255
_LONGEST_URL = 500


def subject(value: object) -> str:
    """The issuer's id of the person. Raises ValueError for anything that cannot be one (OpenID Connect Core, 2)."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_SUBJECT:
        raise ValueError("no subject")
    if not value.isascii() or not value.isprintable():
        raise ValueError("a subject with characters that do not belong in one")
    return value


def number(value: object) -> str:
    """An id that is a positive whole number, as GitHub's; ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise ValueError("not an id")
    return str(value)


def name(claims: Mapping[str, Any], *members: str, otherwise: str) -> str:
    """The first of these members that can be shown."""
    texts = (claims.get(member) for member in members)
    names = (shown_name(text) for text in texts if isinstance(text, str) and storable(text))
    return next((found for found in names if found), otherwise)


def email(value: object) -> str | None:
    if not isinstance(value, str) or not storable(value) or len(value) > 254:
        return None
    try:
        return valid_email(value)
    except Invalid:
        return None


def avatar(value: object, *, hosts: Collection[str]) -> str | None:
    """Pictures from the provider's own hosts only: a browser that shows one tells its host who looked when."""
    if (
        not isinstance(value, str)
        or len(value) > _LONGEST_URL
        or not value.isascii()
        or not value.isprintable()
    ):
        return None
    parts = urlsplit(value)
    return value if parts.scheme == "https" and parts.hostname in hosts and not parts.username else None
