"""Titles as they are searched."""

from medianest_common.folding import fold

__all__ = ["fold", "search_text"]


def search_text(*titles: str | None) -> str:
    """The folded words of all titles, each title once."""
    return " | ".join(dict.fromkeys(folded for title in titles if title and (folded := fold(title))))
