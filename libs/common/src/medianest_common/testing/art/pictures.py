"""Whole pictures."""

from functools import lru_cache
from random import Random

from .canvas import Canvas, Rows
from .colours import DAY, DUSK, NIGHT, Colour, mixed
from .lettering import Letters
from .scenes import ANY, SCENES

_PAPER: Colour = (255, 252, 245)
_MOST_LINES = 4
_LARGEST = 4_000


@lru_cache(maxsize=512)
def poster(title: str, *, note: str = "", genre: str = "", width: int, height: int) -> bytes:
    """A PNG. `note` is what stands small above the title."""
    width, height = _bounded(width), _bounded(height)
    rows = _scene(f"{title}|{note}", genre=genre, width=width, height=height)
    rows.darken(0.5, 0.95, most=0.72)
    lines, size, spacing = _fitted(title.upper(), width=width * 0.84, largest=width * 0.15)
    baseline = height * 0.93 - (len(lines) - 1) * size * 1.12
    if note:
        small = max(width * 0.042, 7.0)
        _centred(rows, note.upper(), baseline - size * 1.15, size=small, spacing=small * 0.28)
    for line in lines:
        _centred(rows, line, baseline, size=size, spacing=spacing)
        baseline += size * 1.12
    return rows.png()


@lru_cache(maxsize=256)
def landscape(name: str, *, title: str = "", genre: str = "", width: int, height: int) -> bytes:
    """A PNG, with the title in its corner, if there is one."""
    return landscape_rows(name, title=title, genre=genre, width=width, height=height).png()


def landscape_rows(name: str, *, title: str = "", genre: str = "", width: int, height: int) -> Rows:
    width, height = _bounded(width), _bounded(height)
    rows = _scene(name, genre=genre, width=width, height=height)
    if title:
        rows.darken(0.45, 0.95, most=0.7)
        lines, size, _ = _fitted(title, width=width * 0.8, largest=height * 0.13, spaced=False)
        baseline = height * 0.9 - (len(lines) - 1) * size * 1.15
        for line in lines:
            rows.write(line, width * 0.06, baseline, size=size, fill=_PAPER)
            baseline += size * 1.15
    return rows


@lru_cache(maxsize=256)
def portrait(name: str, *, width: int, height: int) -> bytes:
    """Somebody before a wall."""
    width, height = _bounded(width), _bounded(height)
    dice = Random(name)
    wall = dice.choice(DAY)
    canvas = Canvas(width, height, top=wall.sky, bottom=mixed(wall.sky, wall.horizon, 0.8))
    skin = dice.choice([(255, 219, 190), (231, 184, 143), (198, 134, 96), (141, 85, 52), (92, 58, 40)])
    hair = dice.choice([(40, 26, 20), (92, 58, 32), (150, 100, 50), (60, 60, 66), (200, 196, 190)])
    middle, head = width / 2, width * 0.2
    top = height * 0.4
    canvas.disc(middle, top - head * 0.12, head * 1.16, hair, flat=1.16)
    canvas.block(middle - head * 0.42, top, middle + head * 0.42, height * 0.88, mixed(skin, (0, 0, 0), 0.14))
    canvas.disc(middle, height * 1.0, width * 0.42, wall.ground, flat=1.02)
    canvas.disc(middle, top + head * 0.1, head, skin, flat=1.2)
    canvas.disc(middle + head * dice.uniform(-0.3, 0.3), top - head * 0.86, head * 0.86, hair, flat=0.42)
    return canvas.rows().png()


@lru_cache(maxsize=256)
def badge(name: str, *, width: int, height: int) -> bytes:
    """The first letters of a name on a colour."""
    return badge_rows(name, width=width, height=height).png()


def badge_rows(name: str, *, width: int, height: int) -> Rows:
    width, height = _bounded(width), _bounded(height)
    palette = Random(name).choice([*DUSK, *NIGHT])
    canvas = Canvas(width, height, top=mixed(palette.sky, palette.horizon, 0.75), bottom=palette.sky)
    rows = canvas.rows()
    text = "".join(word[0] for word in name.split()[:2]).upper()
    size = min(width, height) * 0.46
    _centred(rows, text, height / 2 + size * 0.36, size=size, spacing=0)
    return rows


def _scene(name: str, *, genre: str, width: int, height: int) -> Rows:
    dice = Random(name)
    scene, palettes = SCENES.get(genre) or dice.choice(ANY)
    palette = dice.choice(palettes)
    canvas = Canvas(width, height, top=palette.sky, bottom=palette.horizon)
    scene(canvas, dice, palette)
    return canvas.rows()


def _fitted(
    text: str, *, width: float, largest: float, spaced: bool = True
) -> tuple[list[str], float, float]:
    """The lines, their size and the space between their letters, as large as fits."""
    size = largest
    while True:
        spacing = size * 0.06 if spaced else 0.0
        lines = _wrapped(text, size=size, spacing=spacing, width=width)
        wide = max((Letters.width(line, size=size, spacing=spacing) for line in lines), default=0.0)
        if (wide <= width and len(lines) <= _MOST_LINES) or size < 5:
            return lines[:_MOST_LINES], size, spacing
        size *= 0.92


def _wrapped(text: str, *, size: float, spacing: float, width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and Letters.width(longer, size=size, spacing=spacing) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _centred(rows: Rows, text: str, baseline: float, *, size: float, spacing: float) -> None:
    wide = Letters.width(text, size=size, spacing=spacing)
    rows.write(text, (rows.width - wide) / 2, baseline, size=size, fill=_PAPER, spacing=spacing)


def _bounded(size: int) -> int:
    return max(1, min(size, _LARGEST))
