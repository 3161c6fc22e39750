"""What people read, made from templates."""

from medianest_notifications.rendering.catalogue import ANY, INBOX, Wording
from medianest_notifications.rendering.render import (
    BODY_LENGTH,
    TITLE_LENGTH,
    Overrides,
    Rendered,
    Report,
    render,
)
from medianest_notifications.rendering.text import clean, cut
from medianest_notifications.rendering.words import DEFAULT, LOCALES, best_locale

__all__ = [
    "ANY",
    "BODY_LENGTH",
    "DEFAULT",
    "INBOX",
    "LOCALES",
    "TITLE_LENGTH",
    "Overrides",
    "Rendered",
    "Report",
    "Wording",
    "best_locale",
    "clean",
    "cut",
    "render",
]
