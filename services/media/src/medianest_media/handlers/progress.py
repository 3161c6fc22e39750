"""How far what people wait for has been downloaded."""

from medianest_media.handlers.base import handlers
from medianest_media.use_cases import watch_downloads

handlers.every(watch_downloads.TICK_SECONDS)(watch_downloads.watch_downloads)
