"""`medianest settings`: what administrators have set up, as a file for another installation."""

from medianest.settings_file.commands import settings

__all__ = ["settings"]
