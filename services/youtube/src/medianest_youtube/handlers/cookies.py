"""The cookies of an account at YouTube."""

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.youtube import cookies
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.keep_cookies import delete_cookies, get_cookies, set_cookies, try_cookies


@handlers.rpc
async def on_get_cookies(query: cookies.GetCookies, app: YoutubeApp) -> cookies.CookiesReport:
    return await get_cookies(app)


@handlers.rpc
async def on_set_cookies(command: cookies.SetCookies, app: YoutubeApp) -> cookies.CookiesReport:
    return await set_cookies(app, command)


@handlers.rpc
async def on_delete_cookies(command: cookies.DeleteCookies, app: YoutubeApp) -> Nothing:
    return await delete_cookies(app)


@handlers.rpc
async def on_try_cookies(command: cookies.TryCookies, app: YoutubeApp) -> cookies.CookiesTest:
    return await try_cookies(app, command)
