"""What is chosen for what is asked for."""

from medianest_common.contracts.media import defaults
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.request_defaults import get_defaults, set_defaults


@handlers.rpc
async def on_get_defaults(query: defaults.GetDefaults, app: MediaApp) -> defaults.MediaDefaults:
    return await get_defaults(app)


@handlers.rpc
async def on_set_defaults(command: defaults.SetDefaults, app: MediaApp) -> defaults.TypeDefaults:
    return await set_defaults(app, command)
