"""Oddities that real servers were seen with; each is off until a test switches it on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .recorded import Document

_OPTIONAL = ("duration", "year", "thumb", "summary", "Media", "originallyAvailableAt", "viewCount", "addedAt")


@dataclass
class Quirks:
    control_characters: bool = False
    """A U+0004 in every summary: escaped in JSON, raw and so unparsable in XML."""
    half_characters: bool = False
    """Every title ends in half an emoji, as a tag does that was cut in the middle of one."""
    mixed_types: bool = False
    """Numbers and booleans of the second, fourth, … item come as strings, `size` of the container too."""
    stringly: bool = False
    """Every number and boolean comes as a string."""
    missing_total_size: bool = False
    missing_fields: bool = False
    """Items come without year, duration, thumb, summary, media and dates."""
    broken_item: bool = False
    """The first item of every list has no rating key and no title, and a type nobody knows."""
    latin: bool = False
    """Text comes in Latin-1, which is not what it says: names with umlauts are broken UTF-8."""
    scans_by_get_only: bool = False
    """Scans are not begun by POST, as in older servers."""
    removes_by_put_only: bool = False
    """Items leave a collection as the published description says, and not as Plex's own clients ask for it."""
    refused_keys: set[int] = field(default_factory=set)
    """Items that no collection takes, whatever comes with them."""
    after_change: Callable[[int], None] = lambda _: None
    """Called with how often items have been put into collections."""
    changes: int = 0
    page_cap: int | None = None
    """No page is longer than this, whatever was asked."""
    ignore_paging: bool = False
    page_floor: int | None = None
    """No page is shorter than this while there is more, whatever was asked."""
    repeats_first: bool = False
    """The first item of a list is in it twice, and counted twice."""
    after_page: Callable[[int], None] = lambda _: None
    """Called with the place of the first item when a page has been made: what it does shows in the next one."""

    def apply(self, container: Document) -> Document:
        """May change what it is given."""
        if self.missing_total_size:
            container.pop("totalSize", None)
        items = container.get("Metadata")
        if items:
            container["Metadata"] = [self._item(number, item) for number, item in enumerate(items)]
        if self.mixed_types and "size" in container:
            container["size"] = str(container["size"])
        if self.stringly:
            container = _each_scalar(container, _as_text)
        return container

    def _item(self, number: int, item: Document) -> Document:
        if self.missing_fields:
            item = {key: value for key, value in item.items() if key not in _OPTIONAL}
        if self.control_characters:
            item["summary"] = f"Before\x04after. {item.get('summary', '')}"
        if self.half_characters:
            item["title"] = f"{item.get('title', '')} \ud83d"
        if self.broken_item and number == 0:
            item = {"type": "mystery", "title": None, "addedAt": "soon", "Guid": {"id": "imdb://tt1"}}
        if self.mixed_types and number % 2:
            item = _each_scalar(item, _as_text)
        return item


def _each_scalar(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _each_scalar(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_each_scalar(inner, change) for inner in value]
    return change(value)


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value) if isinstance(value, int | float) else value
