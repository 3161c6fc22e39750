"""Pictures of items for people to look at."""

from medianest_common.testing import art

from .items import Item

_LARGEST = 2_000


def illustration(item: Item, width: int, height: int) -> bytes:
    width, height = min(width, _LARGEST), min(height, _LARGEST)
    genre = item.genres[0] if item.genres else ""
    if width > height:
        return art.landscape(item.title, genre=genre, width=width, height=height)
    named = item
    while named.parent is not None:
        named = named.parent
    genre = named.genres[0] if named.genres else ""
    own = " · ".join(str(part) for part in (genre, item.year) if part)
    note = own if named is item else item.title
    return art.poster(named.title, note=note, genre=genre, width=width, height=height)
