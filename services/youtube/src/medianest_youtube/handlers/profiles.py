"""How things are downloaded."""

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.youtube import profiles
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.keep_profiles import change_profile, create_profile, delete_profile
from medianest_youtube.use_cases.list_profiles import list_profiles


@handlers.rpc
async def on_list_profiles(query: profiles.ListProfiles, app: YoutubeApp) -> profiles.ProfileList:
    return await list_profiles(app)


@handlers.rpc
async def on_create_profile(command: profiles.CreateProfile, app: YoutubeApp) -> profiles.Profile:
    return await create_profile(app, command)


@handlers.rpc
async def on_change_profile(command: profiles.ChangeProfile, app: YoutubeApp) -> profiles.Profile:
    return await change_profile(app, command)


@handlers.rpc
async def on_delete_profile(command: profiles.DeleteProfile, app: YoutubeApp) -> Nothing:
    return await delete_profile(app, command)
