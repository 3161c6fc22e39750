"""Strong entity tags, and whether a client has the current bytes already."""

import hashlib
import re

_TAG = re.compile(rb'(?:W/)?"([^"]*)"')
_ENCODING = re.compile(rb"-(?:zstd|br|gzip)$")


def etag_of(body: bytes) -> bytes:
    return b'"%s"' % hashlib.blake2b(body, digest_size=12).hexdigest().encode()


def matching(if_none_match: bytes, etag: bytes) -> bytes | None:
    """The tag in `If-None-Match` that names these bytes, in whatever encoding they were sent; None when none does."""
    if if_none_match.strip() == b"*":
        return etag
    # A weak one stays one; what is compared here is never more than that (RFC 9110, 13.1.2).
    weak = b"W/" if etag.startswith(b"W/") else b""
    own = _ENCODING.sub(b"", etag.removeprefix(weak).strip(b'"'))
    for found in _TAG.finditer(if_none_match):
        if _ENCODING.sub(b"", found[1]) == own:
            return b'%s"%s"' % (weak, found[1])
    return None
