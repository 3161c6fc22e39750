"""Signed double-submit tokens, and the browser's own word on where a request comes from."""

import hashlib
import hmac
import secrets
from collections.abc import Collection

from medianest_common.errors import Forbidden
from medianest_common.security.encryption import KeyRing
from medianest_common.security.tokens import same_token

CSRF_HEADER = "X-CSRF-Token"

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OWN_SITE = frozenset({"same-origin", "none"})
_LONGEST = 256


class CsrfMissing(Forbidden):
    """Fetch one from `/api/v1/csrf` and send it in the header that its answer names."""

    title = "The request carries no CSRF token"


class CsrfInvalid(Forbidden):
    """Forged, cut, or made for another session; fetch a new one and try once more."""

    title = "The CSRF token is not valid for this session"


class OriginRefused(Forbidden):
    title = "The request comes from another site"


class CsrfTokens:
    """Stateless over any number of gateways: a token is `nonce.mac` and belongs to one session or one browser
    before sign-in. `binding` is that session id or pre-login id."""

    def __init__(self, keys: KeyRing) -> None:
        self._key = keys.derive("csrf")

    def issue(self, *, binding: str) -> str:
        nonce = secrets.token_urlsafe(16)
        return f"{nonce}.{_mac(self._key, binding, nonce)}"

    def is_valid(self, token: str, *, binding: str) -> bool:
        nonce, separator, mac = token.partition(".")
        if not separator or not nonce or len(token) > _LONGEST:
            return False
        return same_token(mac, _mac(self._key, binding, nonce))

    def check(self, *, header: str | None, cookie: str | None, binding: str) -> None:
        """Raises `CsrfMissing` or `CsrfInvalid` unless header and cookie hold the same token of this binding."""
        if not header or not cookie:
            raise CsrfMissing()
        if not same_token(header, cookie) or not self.is_valid(header, binding=binding):
            raise CsrfInvalid()


def is_foreign(
    method: str, *, sec_fetch_site: str | None, origin: str | None, allowed_origins: Collection[str]
) -> bool:
    """Whether an unsafe request was started by a page of another site. Browsers send Sec-Fetch-Site only to HTTPS and
    localhost; elsewhere Origin decides, and without either the token does. `same-site` is foreign: a sibling
    subdomain in a household is not ours."""
    if method.upper() in _SAFE_METHODS:
        return False
    if sec_fetch_site is not None:
        return sec_fetch_site not in _OWN_SITE
    return origin is not None and origin not in allowed_origins


def _mac(key: bytes, binding: str, nonce: str) -> str:
    message = f"csrf1|{binding}|{nonce}".encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()
