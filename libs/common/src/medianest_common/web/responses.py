"""Answers that are bytes already, and how long others may keep them."""

from collections.abc import Mapping

from starlette.responses import Response

JSON = "application/json"


class PassThrough(Response):
    """A service's JSON as it came from the bus; parsing it only to write it again would cost more than the route."""

    def __init__(
        self,
        content: bytes = b"",
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str = JSON,
    ) -> None:
        self.status_code = status_code
        self.background = None
        self.body = content
        self.raw_headers = [
            (b"content-length", b"%d" % len(content)),
            (b"content-type", media_type.encode("latin-1")),
        ]
        if headers:
            self.raw_headers += [
                (n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers.items()
            ]


WITH_SECRETS = {"Cache-Control": "private, no-store, no-transform"}
"""Headers of an answer that holds a secret, on a path whose other answers hold none: it is not compressed."""


def cacheable(*, max_age: int = 0, public: bool = False, immutable: bool = False) -> dict[str, str]:
    """Headers for an answer that a browser may keep; with `max_age=0` it asks each time and is told 304 when nothing
    has changed. `public` only for what is the same for everyone."""
    parts = ["public" if public else "private"]
    parts.append(f"max-age={max_age}" if max_age else "no-cache")
    if immutable:
        parts.append("immutable")
    return {"Cache-Control": ", ".join(parts)}
