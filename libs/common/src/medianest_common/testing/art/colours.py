"""Colours that go together."""

from dataclasses import dataclass
from functools import lru_cache

type Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    sky: Colour
    horizon: Colour
    light: Colour
    """Of sun, moon and windows."""
    ground: Colour
    """Of what is nearest."""


def colour(code: str) -> Colour:
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def _palette(sky: str, horizon: str, light: str, ground: str) -> Palette:
    return Palette(colour(sky), colour(horizon), colour(light), colour(ground))


DAY = (
    _palette("f6b26b", "fde8c9", "fff8e7", "7a2e1f"),
    _palette("3a86b7", "d7eef5", "fffbea", "12405c"),
    _palette("e76f51", "f9d8a7", "fff4d6", "264653"),
    _palette("5aa9a3", "e9f5db", "fefae0", "1f4d3f"),
    _palette("d1698b", "fbdfe3", "fff1e6", "4a1942"),
    _palette("e9b44c", "fbeecb", "fffdf5", "3d405b"),
    _palette("7b9ecf", "f7d6d0", "fff3e0", "2d3561"),
)
DUSK = (
    _palette("2b1055", "f2789f", "ffd9a0", "14082b"),
    _palette("16324f", "ef8354", "ffd166", "0b1724"),
    _palette("4a154b", "ff9e7a", "ffe5b4", "1c0a22"),
    _palette("0f3d4c", "e9c46a", "fff1c1", "08222b"),
    _palette("5b1a2e", "f4a261", "ffe8c2", "22060f"),
)
NIGHT = (
    _palette("070b1e", "35477d", "f5f0dc", "04060f"),
    _palette("0b1d26", "1f6f78", "e8f6ef", "050e13"),
    _palette("120a24", "5e3a8c", "f3e3ff", "07040f"),
    _palette("150a0d", "7d2a3c", "ffe0d1", "080305"),
    _palette("0a1a14", "3d7a5a", "f0f7da", "040b08"),
)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@lru_cache(maxsize=512)
def towards(level: int, share: float) -> bytes:
    """A table for `bytes.translate`: every level of one channel moved by `share` towards this one."""
    return bytes(round(each + (level - each) * share) for each in range(256))


@lru_cache(maxsize=256)
def gradient(top: Colour, bottom: Colour, height: int) -> tuple[bytes, bytes, bytes]:
    """One column of pixels, by channel."""
    steps = [mixed(top, bottom, step / max(height - 1, 1)) for step in range(height)]
    return bytes(s[0] for s in steps), bytes(s[1] for s in steps), bytes(s[2] for s in steps)
