"""Letters from a strip that was drawn once; `letters.json` says from which font, and under which licence."""

import json
import math
import zlib
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

_DRAWN_AT = 64
_UNKNOWN = "?"
_SPACE = 0.26
"""Of the size."""


class Letter(NamedTuple):
    left: float
    """From where the text begins."""
    above: float
    """From the first row to the line that it stands on."""
    rows: list[bytes]
    """How much of each pixel it covers, of 255."""


class Letters:
    @staticmethod
    def of(text: str, *, size: float, spacing: float = 0.0) -> Iterator[Letter]:
        at, about = 0.0, _strip().about
        scale = size / _DRAWN_AT
        for character in text:
            if character.isspace():
                at += _SPACE * size + spacing
                continue
            _, _, advance, left = _glyph(character)
            rows = _scaled(character, round(size, 1))
            yield Letter(at + left * scale, about["baseline"] * scale, rows)
            at += advance * scale + spacing

    @staticmethod
    def width(text: str, *, size: float, spacing: float = 0.0) -> float:
        scale = size / _DRAWN_AT
        widths = (_SPACE * size if c.isspace() else _glyph(c)[2] * scale for c in text)
        return sum(widths) + spacing * max(len(text) - 1, 0)


class _Strip(NamedTuple):
    about: dict[str, Any]
    rows: list[bytes]


@cache
def _strip() -> _Strip:
    folder = files(__package__)
    about = json.loads((folder / "letters.json").read_text("utf-8"))
    drawn = (folder / "letters.png").read_bytes()
    # Grey, eight bits, one block of data, rows as they are: it was written so.
    width = int.from_bytes(drawn[16:20])
    start = drawn.index(b"IDAT") + 4
    data = zlib.decompress(drawn[start : start + int.from_bytes(drawn[start - 8 : start - 4])])
    return _Strip(about, [data[at + 1 : at + 1 + width] for at in range(0, len(data), width + 1)])


def _glyph(character: str) -> tuple[int, int, float, int]:
    """Where it is in the strip, how wide, how far on the next one stands, and where it begins."""
    glyphs = _strip().about["glyphs"]
    x, width, advance, left = glyphs.get(character) or glyphs[_UNKNOWN]
    return x, width, advance, left


@lru_cache(maxsize=4_096)
def _scaled(character: str, size: float) -> list[bytes]:
    x, width, _, _ = _glyph(character)
    scale = size / _DRAWN_AT
    drawn = [row[x : x + width] for row in _strip().rows]
    across = _spans(width, scale)
    narrow = [bytes(sum(row[first:last]) // (last - first) for first, last in across) for row in drawn]
    made = []
    for first, last in _spans(len(narrow), scale):
        number = last - first
        made.append(bytes(sum(levels) // number for levels in zip(*narrow[first:last], strict=True)))
    return made


def _spans(length: int, scale: float) -> list[tuple[int, int]]:
    """Of which pixels each is the mean once there are `scale` times as many."""
    spans = []
    for place in range(math.ceil(length * scale)):
        first = min(int(place / scale), length - 1)
        spans.append((first, max(first + 1, min(length, math.ceil((place + 1) / scale)))))
    return spans
