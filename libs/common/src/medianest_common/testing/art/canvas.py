"""Shapes in plain Python, quick enough for a page of posters: whole columns are copied, and only edges are mixed."""

import math
import struct
import zlib
from collections.abc import Sequence

from .colours import Colour, gradient, mixed, towards
from .lettering import Letters

_OPAQUE = 1.0


class Canvas:
    """`width` by `height` pixels. Channels lie apart and column after column, until rows are asked for."""

    def __init__(self, width: int, height: int, *, top: Colour, bottom: Colour) -> None:
        self.width, self.height = width, height
        self._channels = [bytearray(column * width) for column in gradient(top, bottom, height)]

    def below(self, edge: Sequence[float], top: Colour, bottom: Colour) -> None:
        """From this height in each column down to the ground; a gradient over the whole height."""
        for x, y in enumerate(edge):
            self._fill(x, y, self.height, top, bottom)

    def block(
        self, left: float, top: float, right: float, bottom: float, fill: Colour, *, share: float = _OPAQUE
    ) -> None:
        for x in range(max(0, round(left)), min(self.width, round(right))):
            if share < _OPAQUE:
                self._tint(x, top, bottom, fill, share)
            else:
                self._fill(x, top, bottom, fill, fill)

    def disc(
        self,
        x: float,
        y: float,
        radius: float,
        top: Colour,
        bottom: Colour | None = None,
        *,
        share: float = _OPAQUE,
        flat: float = 1.0,
    ) -> None:
        """`flat` is its height as a share of its width."""
        for column in range(max(0, math.ceil(x - radius)), min(self.width, math.ceil(x + radius))):
            half = math.sqrt(max(0.0, radius**2 - (column - x) ** 2)) * flat
            if share < _OPAQUE:
                self._tint(column, y - half, y + half, top, share)
            else:
                self._fill(column, y - half, y + half, top, bottom or top)

    def dot(self, x: float, y: float, fill: Colour, *, share: float) -> None:
        if 0 <= x < self.width and 0 <= y < self.height:
            self._mix(int(x) * self.height + int(y), fill, share)

    def rows(self) -> "Rows":
        rows = []
        red, green, blue = (bytes(channel) for channel in self._channels)
        for y in range(self.height):
            row = bytearray(3 * self.width)
            row[0::3] = red[y :: self.height]
            row[1::3] = green[y :: self.height]
            row[2::3] = blue[y :: self.height]
            rows.append(row)
        return Rows(self.width, rows)

    def _fill(self, x: int, start: float, end: float, top: Colour, bottom: Colour) -> None:
        start, end = max(start, 0.0), min(end, float(self.height))
        if start >= end:
            return
        first, last, base = math.ceil(start), math.floor(end), x * self.height
        if first < last:
            for channel, ink in zip(self._channels, gradient(top, bottom, self.height), strict=True):
                channel[base + first : base + last] = ink[first:last]
        place = mixed(top, bottom, first / self.height)
        if first > start:
            self._mix(base + first - 1, place, first - start)
        if last < end:
            self._mix(base + last, mixed(top, bottom, last / self.height), end - last)

    def _tint(self, x: int, start: float, end: float, fill: Colour, share: float) -> None:
        first, last = max(round(start), 0), min(round(end), self.height)
        base = x * self.height
        for channel, level in zip(self._channels, fill, strict=True):
            part = channel[base + first : base + last]
            channel[base + first : base + last] = part.translate(towards(level, share))

    def _mix(self, at: int, fill: Colour, share: float) -> None:
        for channel, level in zip(self._channels, fill, strict=True):
            channel[at] = round(channel[at] + (level - channel[at]) * share)


class Rows:
    """A picture row after row, as it is written down."""

    def __init__(self, width: int, rows: list[bytearray]) -> None:
        self.width, self._rows = width, rows

    @property
    def height(self) -> int:
        return len(self._rows)

    def darken(self, start: float, end: float, *, most: float) -> None:
        """Between two shares of the height, more and more; from there on `most`."""
        for y in range(round(start * self.height), self.height):
            progress = min(1.0, max(0.0, (y / self.height - start) / (end - start)))
            self._rows[y] = self._rows[y].translate(towards(0, round(most * progress, 2)))

    def write(
        self, text: str, x: float, baseline: float, *, size: float, fill: Colour, spacing: float = 0.0
    ) -> None:
        """`size` and `spacing` in pixels; `x` is where the first letter begins."""
        for letter in Letters.of(text, size=size, spacing=spacing):
            left = round(x + letter.left)
            for y, shares in enumerate(letter.rows, start=round(baseline - letter.above)):
                if 0 <= y < self.height:
                    self._write_row(self._rows[y], left, shares, fill)

    def _write_row(self, row: bytearray, left: int, shares: bytes, fill: Colour) -> None:
        for x, share in enumerate(shares, start=left):
            if share and 0 <= x < self.width:
                at = 3 * x
                for channel, level in enumerate(fill):
                    before = row[at + channel]
                    row[at + channel] = before + (level - before) * share // 255

    def rgb(self) -> bytes:
        return b"".join(self._rows)

    def png(self) -> bytes:
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        packed = zlib.compress(b"".join(b"\0" + row for row in self._rows), 6)
        return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
