"""Text of titles: as it is stored, found and shown."""

import re
import unicodedata

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.images import ImageSize

_IMAGES = "/api/v1/media/images"
"""The portal's own, below wherever it is mounted."""
_POSTERS = f"{_IMAGES}/{ImageSize.W500}"
_BACKDROPS = f"{_IMAGES}/{ImageSize.W1280}"
_PHOTOS = f"{_IMAGES}/{ImageSize.W185}"
_STILLS = f"{_IMAGES}/{ImageSize.W300}"
_LOGOS = f"{_IMAGES}/{ImageSize.W92}"
_LONGEST_TITLE = 300
_LONGEST_TEXT = 5_000
_WORD = re.compile(r"\w+")
_PATH = re.compile(r"/[A-Za-z0-9_-]{1,64}\.(jpg|png|webp|svg)")


def words_of(text: str) -> str:
    """Lower case, without accents or punctuation: `Amélie: 2` → `amelie 2`. Both sides of a search look like this."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(_WORD.findall(plain.replace("_", " ")))


def prefix_query(text: str) -> str | None:
    """A PostgreSQL tsquery for titles with a word that begins with each of these; None where there is no word."""
    words = words_of(text).split()[:10]
    return " & ".join(f"'{word}':*" for word in words) or None


def placeholder(media_type: MediaType, tmdb_id: int) -> str:
    """What a title is called until the backend can be asked."""
    return f"{'Film' if media_type is MediaType.MOVIE else 'Show'} {tmdb_id}"


def storable(text: str, *, longest: int = _LONGEST_TEXT) -> str:
    """Other people's text without what PostgreSQL or a terminal chokes on."""
    return "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c != "\x7f")[
        :longest
    ].strip()


def storable_lines(text: str, *, longest: int) -> str:
    """The same for what has lines; what is too long ends with an ellipsis."""
    kept = "\n".join(storable(line, longest=longest) for line in text.splitlines()).strip()
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def storable_title(text: str) -> str:
    return storable(text, longest=_LONGEST_TITLE)


def image_path(value: object) -> str | None:
    """TMDB's path of a picture, if that is what it is: it becomes part of an address."""
    if not isinstance(value, str) or not _PATH.fullmatch(value):
        return None
    # TMDB has drawings as PNG as well.
    return f"{value.removesuffix('.svg')}.png" if value.endswith(".svg") else value


def poster_url(path: str | None) -> str | None:
    return f"{_POSTERS}{path}" if path else None


def backdrop_url(path: str | None) -> str | None:
    return f"{_BACKDROPS}{path}" if path else None


def photo_url(path: str | None) -> str | None:
    return f"{_PHOTOS}{path}" if path else None


def still_url(path: str | None) -> str | None:
    return f"{_STILLS}{path}" if path else None


def logo_url(path: str | None) -> str | None:
    return f"{_LOGOS}{path}" if path else None


POSTERS = _POSTERS
