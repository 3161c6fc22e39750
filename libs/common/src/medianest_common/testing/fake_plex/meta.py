"""What a section says about its own filters, sorts and operators."""

from .items import TYPE_NUMBER, ItemType, Section
from .recorded import Document

_TYPES: dict[str, tuple[ItemType, ...]] = {
    "movie": ("movie", "collection"),
    "show": ("show", "season", "episode", "collection"),
    "artist": ("artist", "album", "track", "collection"),
    "photo": (),
}
_FIELDS = (
    ("title", "Title", "string"),
    ("year", "Year", "integer"),
    ("addedAt", "Date Added", "date"),
    ("updatedAt", "Date Updated", "date"),
    ("contentRating", "Content Rating", "string"),
    ("genre", "Genre", "string"),
    ("actor", "Actor", "string"),
    ("audienceRating", "Audience Rating", "integer"),
)
_SORTS = (
    ("titleSort", "Title", "asc"),
    ("year", "Year", "desc"),
    ("addedAt", "Date Added", "desc"),
    ("updatedAt", "Date Updated", "desc"),
    ("audienceRating", "Audience Rating", "desc"),
    ("duration", "Duration", "desc"),
)
_OPERATORS = {
    "string": (
        ("=", "contains"),
        ("!=", "does not contain"),
        ("==", "is"),
        ("!==", "is not"),
        ("<=", "begins with"),
        (">=", "ends with"),
    ),
    "integer": (("=", "is"), ("!=", "is not"), (">>=", "is greater than"), ("<<=", "is less than")),
    "date": (("<<=", "is before"), (">>=", "is after")),
}


def meta(section: Section) -> Document:
    return {
        "Type": [_type(section, kind) for kind in _TYPES[section.type]],
        "FieldType": [
            {"type": name, "Operator": [{"key": key, "title": title} for key, title in operators]}
            for name, operators in _OPERATORS.items()
        ],
    }


def detailed_directory(section: Section) -> Document:
    """The entry of `includeDetails=1`, whose type is a number in text."""
    described = _type(section, section.type)
    return {
        "key": described["key"],
        "title": section.title,
        "type": str(TYPE_NUMBER[section.type]),
        "Filter": described["Filter"],
        "Sort": described["Sort"],
    }


def _type(section: Section, kind: ItemType) -> Document:
    return {
        "key": f"/library/sections/{section.key}/all?type={TYPE_NUMBER[kind]}",
        "type": kind,
        "title": f"{kind.title()}s",
        "active": kind == section.type,
        "Filter": [
            {
                "filter": name,
                "filterType": "integer" if name == "year" else "string",
                "key": f"/library/sections/{section.key}/{name}",
                "title": title,
                "type": "filter",
            }
            for name, title in (("genre", "Genre"), ("year", "Year"), ("contentRating", "Content Rating"))
        ],
        "Sort": [
            {"key": key, "title": title, "defaultDirection": direction, "descKey": f"{key}:desc"}
            for key, title, direction in _SORTS
        ],
        "Field": [{"key": f"{kind}.{key}", "title": title, "type": of} for key, title, of in _FIELDS],
    }
