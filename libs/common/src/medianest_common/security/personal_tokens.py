"""The form of a personal token: `mnp_`, a public id of 8, `_`, 43 random characters, and 7 that check all of it.

The check tells typing errors and invented tokens from real ones without asking anybody. It is no secret and proves
nothing: only the hash in the database does.
"""

import re
import secrets
import zlib

PREFIX = "mnp_"

# Crockford's alphabet: nothing that reads like something else.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID_LENGTH = 8
_CHECK_LENGTH = 7
_FORM = re.compile(rf"(mnp_([0-9a-z]{{{_ID_LENGTH}}})_[A-Za-z0-9_-]{{43}})([0-9a-z]{{{_CHECK_LENGTH}}})")


def new_personal_token() -> tuple[str, str]:
    """Its public id, and the token itself."""
    public_id = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
    body = f"{PREFIX}{public_id}_{secrets.token_urlsafe(32)}"
    return public_id, body + _check(body)


def public_id_of(token: str) -> str | None:
    """None for what cannot be a personal token."""
    found = _FORM.fullmatch(token)
    if found is None or found[3] != _check(found[1]):
        return None
    return found[2]


def _check(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = [_ALPHABET[number >> shift & 31] for shift in range(30, -1, -5)]
    return "".join(digits)
