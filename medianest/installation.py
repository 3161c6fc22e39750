"""What all commands need to know first: the settings, the data folder, and the addresses of the three servers."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from medianest.embedded import EmbeddedServers, ServerUrls
from medianest.embedded.servers import urls_of_running
from medianest_common.settings import Settings, load

CHECKOUT = Path(__file__).parents[1]


def read_settings(**overrides: Any) -> Settings:
    """The data folder is absolute afterwards, and a sensible one where none was named."""
    settings = load(Settings, **overrides)
    data_dir = settings.data_dir if "data_dir" in settings.model_fields_set else default_data_dir()
    return load(Settings, **overrides | {"data_dir": data_dir.expanduser().absolute()})


def default_data_dir() -> Path:
    """`data` in the checkout; for an installed package the platform's folder for a user's data."""
    if (CHECKOUT / "pyproject.toml").exists() and (CHECKOUT / "Makefile").exists():
        return CHECKOUT / "data"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "MediaNest"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "medianest"


def embedded(settings: Settings) -> EmbeddedServers:
    """Not started yet; a server that the settings name is left out."""
    return EmbeddedServers(
        settings.data_dir,
        nats_url=settings.nats_url or None,
        database_url=settings.database_url or None,
        valkey_url=settings.valkey_url or None,
    )


def with_urls(settings: Settings, urls: ServerUrls) -> Settings:
    return settings.model_copy(
        update={"nats_url": urls.nats_url, "database_url": urls.database_url, "valkey_url": urls.valkey_url}
    )


@asynccontextmanager
async def reachable(settings: Settings) -> AsyncIterator[Settings]:
    """The servers of the running installation, or our own for as long as the block lasts."""
    running = urls_of_running(settings.data_dir)
    if running:
        yield with_urls(
            settings,
            ServerUrls(
                nats_url=settings.nats_url or running.nats_url,
                database_url=settings.database_url or running.database_url,
                valkey_url=settings.valkey_url or running.valkey_url,
            ),
        )
        return
    async with embedded(settings) as servers:
        yield with_urls(settings, servers.urls)
