"""What each type of notification may say, by examples: for previews, for checking an administrator's template, and
for the tests that hold every type in every language. The names of a type are those of its examples together."""

from collections.abc import Mapping, Sequence
from typing import Any

from medianest_notifications.rendering.context import context_of, names_of
from medianest_notifications.rendering.samples import (
    broadcasts,
    channels,
    downloads,
    issues,
    news,
    people,
    requests,
    security,
)
from medianest_notifications.rendering.words import words_of

SAMPLES: Mapping[str, Sequence[dict[str, Any]]] = {
    **requests.SAMPLES,
    **issues.SAMPLES,
    **downloads.SAMPLES,
    **security.SAMPLES,
    **news.SAMPLES,
    **people.SAMPLES,
    **broadcasts.SAMPLES,
    **channels.SAMPLES,
}


def variables_of_type(type: str) -> list[str]:
    """What a template for this type may name."""
    return names_of({name: None for sample in SAMPLES.get(type, ()) for name in sample})


def needs_values(type: str) -> bool:
    """Otherwise it says the same every time."""
    return any(SAMPLES.get(type, ()))


def examples_of(type: str, locale: str) -> dict[str, Any]:
    """Each name with the first example that says something."""
    words = words_of(locale)
    found: dict[str, Any] = {}
    for sample in SAMPLES.get(type, ()):
        for name, value in context_of(sample, words, zone="UTC").items():
            if not name.startswith("_") and found.get(name) in (None, "", []):
                found[name] = value
    return found
