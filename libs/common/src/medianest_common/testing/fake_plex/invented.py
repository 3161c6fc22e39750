"""Titles for big libraries: as many as are wanted, and always the same ones."""

_WORDS = (
    "Amber",
    "Barren",
    "Crimson",
    "Distant",
    "Electric",
    "Forgotten",
    "Golden",
    "Hidden",
    "Iron",
    "Jade",
    "Kindred",
    "Lonely",
    "Midnight",
    "Northern",
    "Open",
    "Paper",
    "Quiet",
    "Restless",
    "Silver",
    "Tidal",
    "Under",
    "Velvet",
    "Winter",
    "Young",
    "Zero",
    "Harbour",
    "Orchard",
    "Signal",
    "Meridian",
)


def invented_title(number: int) -> str:
    return f"{_word(number)} {_word(number * 7 + 3).lower()} {number}"


def _word(number: int) -> str:
    return _WORDS[number % len(_WORDS)]
