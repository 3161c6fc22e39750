"""What is to be seen on a picture. The same dice give the same scene at every size."""

import math
from collections.abc import Callable
from random import Random

from .canvas import Canvas
from .colours import DAY, DUSK, NIGHT, Colour, Palette, mixed

type Scene = Callable[[Canvas, Random, Palette], None]


def mountains(canvas: Canvas, dice: Random, palette: Palette) -> None:
    _sun(canvas, dice, palette, lowest=0.36)
    for layer in range(5):
        edge = _ridge(
            canvas,
            dice,
            base=0.42 + 0.12 * layer,
            rise=0.17 - 0.018 * layer,
            bends=2.2 + layer,
            pointed=True,
        )
        _land(canvas, edge, palette, nearness=(layer + 1) / 5)


def hills(canvas: Canvas, dice: Random, palette: Palette) -> None:
    _sun(canvas, dice, palette, lowest=0.4)
    for layer in range(5):
        edge = _ridge(
            canvas, dice, base=0.48 + 0.11 * layer, rise=0.08, bends=1.2 + 0.5 * layer, pointed=False
        )
        _land(canvas, edge, palette, nearness=(layer + 1) / 5)


def dunes(canvas: Canvas, dice: Random, palette: Palette) -> None:
    _sun(canvas, dice, palette, lowest=0.36)
    width, height = canvas.width, canvas.height
    for layer in range(4):
        crest, base = dice.uniform(0.15, 0.85), 0.5 + 0.13 * layer
        bend = dice.uniform(4, 8)
        edge = [
            height * (base - 0.13 * math.exp(-abs(x / width - crest) * bend) + 0.02 * math.sin(5 * x / width))
            for x in range(width)
        ]
        _land(canvas, edge, palette, nearness=(layer + 1) / 4.5)


def sea(canvas: Canvas, dice: Random, palette: Palette) -> None:
    width, height = canvas.width, canvas.height
    horizon = height * dice.uniform(0.5, 0.6)
    x, radius = width * dice.uniform(0.35, 0.65), _least(canvas) * dice.uniform(0.2, 0.28)
    _shine(canvas, x, horizon - radius * 0.35, radius, palette)
    water = mixed(palette.horizon, palette.ground, 0.45)
    canvas.block(0, horizon, width, height, water)
    canvas.below([horizon] * width, water, palette.ground)
    for step in range(14):
        y = horizon + (height - horizon) * (step / 14) ** 1.3 + height * 0.008
        half = radius * (1 - step / 16) * dice.uniform(0.35, 1.0)
        off = radius * dice.uniform(-0.18, 0.18)
        canvas.block(
            x + off - half,
            y,
            x + off + half,
            y + height * (0.005 + 0.0006 * step),
            palette.light,
            share=0.55,
        )
    for layer in range(2):
        edge = _ridge(canvas, dice, base=0.84 + 0.08 * layer, rise=0.012, bends=5, pointed=False)
        _land(canvas, edge, palette, nearness=0.8 + 0.2 * layer)


def city(canvas: Canvas, dice: Random, palette: Palette) -> None:
    _stars(canvas, dice, palette, number=60)
    _sun(canvas, dice, palette, lowest=0.3)
    for layer in range(3):
        _street(canvas, dice, palette, layer=layer)


def forest(canvas: Canvas, dice: Random, palette: Palette) -> None:
    _stars(canvas, dice, palette, number=50)
    _sun(canvas, dice, palette, lowest=0.34)
    width, height = canvas.width, canvas.height
    for layer in range(4):
        edge = [height * (0.62 + 0.1 * layer)] * width
        for _ in range(26 - 4 * layer):
            x, half = dice.uniform(-0.05, 1.05) * width, (0.03 + 0.013 * layer) * width
            top = height * (0.62 + 0.1 * layer - dice.uniform(0.1, 0.2) - 0.02 * layer)
            for column in range(max(0, round(x - half)), min(width, round(x + half))):
                away = abs(column - x) / half
                # Boughs, each wider than the one above.
                tooth = 0.06 * (away * 4 % 1)
                y = top + (away - tooth) * (height * (0.64 + 0.1 * layer) - top)
                edge[column] = min(edge[column], y)
        _land(canvas, edge, palette, nearness=(layer + 1) / 4)


def planet(canvas: Canvas, dice: Random, palette: Palette) -> None:
    _stars(canvas, dice, palette, number=220)
    width, height, least = canvas.width, canvas.height, _least(canvas)
    x, y, radius = width * dice.uniform(0.3, 0.7), height * dice.uniform(0.3, 0.42), least * 0.3
    bright = mixed(palette.horizon, palette.light, 0.5)
    for ring in range(4, 0, -1):
        canvas.disc(x, y, radius * (1 + 0.14 * ring), palette.horizon, share=0.09)
    canvas.disc(x, y, radius, bright, mixed(palette.horizon, palette.ground, 0.2))
    for _ in range(5):
        at = dice.uniform(-0.8, 0.8)
        half = radius * math.sqrt(1 - at**2) * 0.98
        thick = radius * dice.uniform(0.02, 0.08)
        canvas.disc(x, y + at * radius, half, palette.light, share=0.1, flat=thick / half)
    for step in range(max(1, round(radius * 1.3))):
        # The night comes from the right.
        column = x + radius - 1 - step
        half = math.sqrt(max(0.0, radius**2 - (column - x) ** 2))
        share = round(0.8 * max(0.0, 1 - step / (radius * 1.3)) ** 1.4, 2)
        canvas.block(column, y - half, column + 1, y + half, palette.ground, share=share)
    canvas.disc(x - radius * 0.95, y + radius * 1.15, radius * 0.15, palette.light, bright)
    edge = _ridge(canvas, dice, base=0.82, rise=0.07, bends=3, pointed=True)
    _land(canvas, edge, palette, nearness=0.9)


SCENES: dict[str, tuple[Scene, tuple[Palette, ...]]] = {
    "Action": (city, DUSK),
    "Adventure": (mountains, DAY),
    "Animation": (hills, DAY),
    "Comedy": (hills, DAY),
    "Crime": (city, NIGHT),
    "Documentary": (sea, DAY),
    "Family": (hills, DAY),
    "Fantasy": (mountains, DUSK),
    "Horror": (forest, NIGHT),
    "Mystery": (forest, DUSK),
    "Romance": (sea, DUSK),
    "Science Fiction": (planet, NIGHT),
    "Thriller": (city, DUSK),
    "War": (dunes, DUSK),
    "Western": (dunes, DAY),
}
ANY = (
    (mountains, DUSK),
    (sea, DUSK),
    (sea, DAY),
    (hills, DUSK),
    (city, NIGHT),
    (dunes, DAY),
    (mountains, DAY),
)


def _sun(canvas: Canvas, dice: Random, palette: Palette, *, lowest: float) -> None:
    x = canvas.width * dice.uniform(0.25, 0.75)
    y = canvas.height * dice.uniform(0.2, lowest)
    _shine(canvas, x, y, _least(canvas) * dice.uniform(0.13, 0.22), palette)


def _shine(canvas: Canvas, x: float, y: float, radius: float, palette: Palette) -> None:
    for ring in range(5, 0, -1):
        canvas.disc(x, y, radius * (1 + 0.22 * ring), palette.light, share=0.08)
    canvas.disc(x, y, radius, palette.light, mixed(palette.light, palette.horizon, 0.6))


def _stars(canvas: Canvas, dice: Random, palette: Palette, *, number: int) -> None:
    scale = max(1, _least(canvas) // 320)
    for _ in range(number):
        x, y, share = dice.random(), dice.random() * 0.7, dice.uniform(0.2, 0.95)
        for across in range(scale):
            for down in range(scale):
                left, top = int(x * canvas.width) + across, int(y * canvas.height) + down
                canvas.dot(left, top, palette.light, share=share)


def _street(canvas: Canvas, dice: Random, palette: Palette, *, layer: int) -> None:
    width, height = canvas.width, canvas.height
    front = mixed(palette.horizon, palette.ground, 0.35 + 0.3 * layer)
    at = -0.02
    while at < 1.02:
        wide = dice.uniform(0.07, 0.15) * (0.8 + 0.2 * layer)
        top = 0.4 + 0.14 * layer + dice.uniform(0, 0.22)
        canvas.block(at * width, top * height, (at + wide) * width, height, front)
        rows, across = 16, 4
        for place in range(rows * across):
            lit = dice.random() < 0.13 + 0.1 * layer
            if lit:
                left = at + wide * (0.14 + 0.2 * (place % across))
                up = top + 0.02 + (place // across) * 0.028
                canvas.block(
                    left * width,
                    up * height,
                    left * width + max(1.0, wide * 0.1 * width),
                    (up + 0.012) * height,
                    palette.light,
                    share=0.25 + 0.25 * layer,
                )
        at += wide + dice.uniform(0, 0.012)


def _land(canvas: Canvas, edge: list[float], palette: Palette, *, nearness: float) -> None:
    ink = mixed(palette.horizon, palette.ground, 0.25 + 0.75 * nearness)
    mist: Colour = mixed(ink, palette.horizon, 0.45 * (1 - nearness))
    canvas.below(edge, ink, mist)


def _ridge(
    canvas: Canvas, dice: Random, *, base: float, rise: float, bends: float, pointed: bool
) -> list[float]:
    waves = [
        (rise / 1.9**octave, bends * 1.9**octave, dice.random()) for octave in range(6 if pointed else 2)
    ]
    edge = []
    for x in range(canvas.width):
        lift = 0.0
        for size, often, phase in waves:
            turn = x / canvas.width * often + phase
            lift += size * (1 - 4 * abs(turn % 1 - 0.5) if pointed else math.sin(2 * math.pi * turn))
        edge.append(canvas.height * (base - lift * 0.5))
    return edge


def _least(canvas: Canvas) -> int:
    return min(canvas.width, canvas.height)
