"""Small real pictures, different for every item, made without an imaging library."""

import struct
import zlib
from hashlib import sha256

type Colour = tuple[int, int, int]

_LARGEST = 4000


def png(seed: str, width: int, height: int) -> bytes:
    top, bottom = _colours(seed)
    width, height = _bounded(width), _bounded(height)
    rows = b"".join(b"\0" + bytes(_between(top, bottom, row, height)) * width for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, 6))
        + _chunk(b"IEND", b"")
    )


def jpeg(seed: str, width: int, height: int) -> bytes:
    """Baseline JPEG; every block of 8 by 8 pixels has one colour, so only DC coefficients are coded."""
    top, bottom = _colours(seed)
    width, height = _bounded(width), _bounded(height)
    columns, rows = (width + 7) // 8, (height + 7) // 8
    bits = _Bits()
    previous = [0, 0, 0]
    for row in range(rows):
        levels = _ycc(_between(top, bottom, row, rows))
        for component, level in enumerate(levels):
            bits.dc(level - previous[component])
        previous = levels
        bits.repeat_unchanged_blocks(columns - 1)
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"".join(
        bytes((component, 0x11, 0)) for component in (1, 2, 3)
    )
    return (
        b"\xff\xd8"
        + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
        + _segment(0xDB, b"\0" + b"\x01" * 64)
        + _segment(0xC0, frame)
        + _segment(0xC4, b"\0" + bytes(_DC_LENGTHS) + bytes(range(12)))
        + _segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0")
        + _segment(0xDA, b"\x03\x01\0\x02\0\x03\0\0\x3f\0")
        + bits.finished()
        + b"\xff\xd9"
    )


_DC_LENGTHS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
_DC_CODES = [
    "00",
    "010",
    "011",
    "100",
    "101",
    "110",
    "1110",
    "11110",
    "111110",
    "1111110",
    "11111110",
    "111111110",
]
_END_OF_BLOCK = "0"


class _Bits:
    def __init__(self) -> None:
        self._bits: list[str] = []

    def dc(self, difference: int) -> None:
        size = abs(difference).bit_length()
        value = difference if difference >= 0 else difference + (1 << size) - 1
        self._bits.append(_DC_CODES[size] + (f"{value:0{size}b}" if size else "") + _END_OF_BLOCK)

    def repeat_unchanged_blocks(self, number: int) -> None:
        self._bits.append((_DC_CODES[0] + _END_OF_BLOCK) * 3 * number)

    def finished(self) -> bytes:
        joined = "".join(self._bits)
        joined += "1" * (-len(joined) % 8)
        raw = int(joined, 2).to_bytes(len(joined) // 8)
        return raw.replace(b"\xff", b"\xff\0")


def _ycc(colour: Colour) -> list[int]:
    """Quantised DC values: eight times the level of the block, around zero."""
    red, green, blue = colour
    luma = 0.299 * red + 0.587 * green + 0.114 * blue - 128
    return [round(8 * luma), round(8 * 0.564 * (blue - luma - 128)), round(8 * 0.713 * (red - luma - 128))]


def _colours(seed: str) -> tuple[Colour, Colour]:
    digest = sha256(seed.encode()).digest()
    top = (64 + digest[0] % 160, 64 + digest[1] % 160, 64 + digest[2] % 160)
    return top, (top[0] // 4, top[1] // 4, top[2] // 4)


def _between(top: Colour, bottom: Colour, step: int, steps: int) -> Colour:
    share = step / max(steps - 1, 1)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
    return red, green, blue


def _bounded(size: int) -> int:
    return max(1, min(size, _LARGEST))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data
