"""Pictures of the pretend systems: real ones, of the size asked for, each title its own."""

import zlib

import pytest

from medianest_common.testing import art
from medianest_common.testing.fake_overseerr.catalogue import Catalogue


def _pixels(png: bytes) -> tuple[int, int, bytes]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    start = png.index(b"IDAT") + 4
    data = zlib.decompress(png[start : start + int.from_bytes(png[start - 8 : start - 4])])
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24]), data


@pytest.mark.parametrize("title", ["Heat", "", "☃", "Amélie", "x" * 300, "a b " * 60, "Line\nbreak\x00"])
@pytest.mark.parametrize("width, height", [(92, 138), (1, 1), (160, 90)])
def test_any_title_fits_on_a_poster_of_any_size(title: str, width: int, height: int) -> None:
    wide, tall, data = _pixels(
        art.poster(title, note="Drama · 1995", genre="Drama", width=width, height=height)
    )

    assert (wide, tall, len(data)) == (width, height, height * (1 + 3 * width))


def test_every_title_has_its_own_poster_and_the_same_each_time() -> None:
    def posters() -> list[bytes]:
        titles = Catalogue().popular()[:12]
        return [art.poster(each.name, genre=each.genre, width=46, height=69) for each in titles]

    first = posters()
    art.poster.cache_clear()

    assert first == posters()
    assert len(set(first)) == 12


def test_the_title_is_written_into_the_lower_half() -> None:
    _, _, written = _pixels(art.poster("Heat", genre="Crime", width=92, height=138))
    _, _, empty = _pixels(art.poster("", genre="Crime", width=92, height=138))
    row = 1 + 3 * 92

    def brightest(data: bytes, start: int, end: int) -> int:
        return max(max(data[at + 1 : at + row]) for at in range(start * row, end * row, row))

    assert brightest(written, 115, 130) > 240 > brightest(empty, 125, 138)


def test_landscapes_faces_and_badges_are_pictures_too() -> None:
    made = [
        art.landscape("Dune", width=160, height=90),
        art.landscape("Dune", title="Dune", width=160, height=90),
        art.portrait("Anna", width=46, height=69),
        art.badge("An Old Kitchen", width=46, height=46),
    ]

    assert [_pixels(each)[:2] for each in made] == [(160, 90), (160, 90), (46, 69), (46, 46)]
    assert len(set(made)) == 4
