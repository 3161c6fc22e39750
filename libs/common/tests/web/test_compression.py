"""Large answers are sent compressed, and those with secrets never."""

import gzip
import json
import zlib

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from libs.common.tests.web.portal import API, BIG, Portal
from libs.common.tests.web.wire import Wire, request
from medianest_common.web.middleware.compression import preferred

UNPACK = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


async def _raw(portal: Portal, path: str, encoding: str, method: str = "GET") -> tuple[dict[str, str], bytes]:
    async with (
        portal.browser() as client,
        client.stream(method, path, headers={"Accept-Encoding": encoding}) as answer,
    ):
        return dict(answer.headers), b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
async def test_a_large_answer_is_sent_smaller_and_is_the_same(portal: Portal, encoding: str) -> None:
    headers, body = await _raw(portal, f"{API}/big", encoding)
    assert headers["content-encoding"] == encoding
    assert int(headers["content-length"]) == len(body) < len(json.dumps(BIG)) / 2
    assert json.loads(UNPACK[encoding](body)) == BIG
    assert "Accept-Encoding" in headers["vary"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
async def test_a_stream_is_compressed_part_by_part(portal: Portal, encoding: str) -> None:
    headers, body = await _raw(portal, f"{API}/stream", encoding)
    assert headers["content-encoding"] == encoding
    assert "content-length" not in headers
    assert UNPACK[encoding](body).count(b"\n") == 50


@pytest.mark.parametrize(
    "path, method",
    [
        (f"{API}/films/7", "GET"),
        (f"{API}/auth/login", "POST"),
        (f"{API}/cookie", "GET"),
        (f"{API}/secret", "GET"),
    ],
    ids=["small", "secret path", "sets a cookie", "says that it holds a secret"],
)
async def test_some_answers_stay_as_they_are(portal: Portal, path: str, method: str) -> None:
    headers, _ = await _raw(portal, path, "gzip, br, zstd", method)
    assert "content-encoding" not in headers


@pytest.mark.parametrize(
    "accepted, chosen",
    [
        (b"gzip, deflate, br, zstd", b"zstd"),
        (b"gzip, br", b"br"),
        (b"br;q=0.5, gzip;q=0.9", b"gzip"),
        (b"zstd;q=0, *", b"br"),
        (b"*;q=0", None),
        (b"identity", None),
        (b"GZIP", b"gzip"),
        (b"gzip;q=nonsense", None),
        (b"gzip;q=7, br;q=0.1", b"br"),
        (b"gzip;q=nan", None),
        (b"gzip;q=-1", None),
        (b"gzip;q=0.001", b"gzip"),
        (b"gzip;q=0.", None),
        (b"gzip ; q=1.000 , br", b"br"),
        (b"identity;q=1, gzip;q=0.5", None),
        (b"identity;q=0.5, gzip;q=0.5", b"gzip"),
        (b"identity;q=0, gzip", b"gzip"),
        (b"x-gzip", b"gzip"),
        (b"gzip;q=0, *;q=0", None),
        (b"", None),
    ],
)
def test_what_the_client_likes_best_wins(accepted: bytes, chosen: bytes | None) -> None:
    assert preferred(accepted) == chosen


async def test_on_the_wire_a_stream_can_be_read_while_it_runs(wire: Wire) -> None:
    answer = await wire.say(request("GET", f"{API}/stream", headers=["Accept-Encoding: gzip"]))
    head, _, chunked = answer.partition(b"\r\n\r\n")
    assert b"content-encoding: gzip" in head.lower()
    data, rest = b"", chunked
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        data, rest = data + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    assert zlib.decompress(data, wbits=31).count(b"\n") == 50


async def test_what_is_accepted_may_come_in_several_lines(portal: Portal) -> None:
    async with portal.client() as client:
        answer = await client.get(
            f"{API}/big", headers=[(b"accept-encoding", b"gzip;q=0.5"), (b"accept-encoding", b"br")]
        )
    assert answer.headers["content-encoding"] == "br"
