"""An answer that was read completely, within its size limit."""

import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic_core import from_json

from medianest_common.errors import BadUpstream

_JSON_TYPES = frozenset(
    {"application/json", "text/json", "text/plain", "text/javascript", "application/javascript", ""}
)
_INFLATE_STEP = 1 << 16


@dataclass(frozen=True, slots=True)
class Response:
    """`body` is decompressed; `system` names who answered."""

    system: str
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty when none was sent."""
        declared: str = self.headers.get("content-type", "")
        return declared.partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """None for 204; `BadUpstream` for anything that is not JSON, so that an error page is never parsed."""
        if self.status == 204:
            return None
        kind = self.content_type
        if kind not in _JSON_TYPES and not kind.endswith("+json"):
            raise BadUpstream(f"{self.system} answered {kind} instead of JSON.", upstream=self.system)
        try:
            return from_json(self.body, allow_inf_nan=False)
        except ValueError:
            raise BadUpstream(
                f"{self.system} answered something that is not JSON.", upstream=self.system
            ) from None


async def read_body(answer: httpx.Response, *, system: str, max_bytes: int) -> bytes:
    """Counts bytes after decompression, a small step at a time, so that a compressed bomb cannot grow in memory."""
    too_big = BadUpstream(f"{system} answered more than {max_bytes} bytes.", upstream=system)
    declared = answer.headers.get("content-length", "")
    if answer.request.method != "HEAD" and declared.isdigit() and int(declared) > max_bytes:
        raise too_big
    body = bytearray()
    async for part in _decoded(answer.aiter_raw(), coding=_coding(answer.headers), system=system):
        body += part
        if len(body) > max_bytes:
            raise too_big
    return bytes(body)


async def read_beginning(
    raw: AsyncIterator[bytes], *, headers: Mapping[str, str], system: str, max_bytes: int
) -> tuple[bytes, bool]:
    """So much of a body as it arrives at the most, and whether that is all of it. The rest is never fetched.

    `headers` know their names in any case.
    """
    body = bytearray()
    async for part in _decoded(raw, coding=_coding(headers), system=system):
        body += part
        if len(body) > max_bytes:
            return bytes(body[:max_bytes]), False
    return bytes(body), True


def _coding(headers: Mapping[str, str]) -> str:
    return headers.get("content-encoding", "identity").strip().lower()


async def _decoded(raw: AsyncIterator[bytes], *, coding: str, system: str) -> AsyncIterator[bytes]:
    if coding in ("identity", ""):
        async for part in raw:
            yield part
        return
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise BadUpstream(f"{system} used the unknown content encoding {coding[:20]!r}.", upstream=system)
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        async for part in raw:
            pending = part
            while pending:
                yield inflater.decompress(pending, _INFLATE_STEP)
                pending = inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error:
        raise BadUpstream(f"{system} sent a damaged compressed answer.", upstream=system) from None
