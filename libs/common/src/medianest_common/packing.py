"""Text that is too long for one message of the bus, made to fit."""

import base64
import zlib

LONGEST = 1 << 20
"""Characters; nothing longer is ever packed, so nothing longer is unpacked."""


def pack(text: str) -> str:
    return base64.b85encode(zlib.compress(text.encode(), 6)).decode("ascii")


def unpack(packed: str) -> str:
    """Raises `ValueError`."""
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(base64.b85decode(packed), LONGEST * 4)
    except zlib.error as error:
        raise ValueError("not packed") from error
    return text.decode()
