from medianest_common.bus import Raw
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.health import pages
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases import status_pages
from medianest_health.use_cases.read_badge import read_badge
from medianest_health.use_cases.read_public_page import read_public_page


@handlers.rpc
async def on_list_pages(query: pages.ListPages, app: HealthApp) -> pages.StatusPages:
    return await status_pages.list_pages(app, query)


@handlers.rpc
async def on_get_page(query: pages.GetPage, app: HealthApp) -> pages.StatusPage:
    return await status_pages.get_page(app, query)


@handlers.rpc
async def on_add_page(command: pages.AddPage, app: HealthApp) -> pages.StatusPage:
    return await status_pages.add_page(app, command)


@handlers.rpc
async def on_change_page(command: pages.ChangePage, app: HealthApp) -> pages.StatusPage:
    return await status_pages.change_page(app, command)


@handlers.rpc
async def on_remove_page(command: pages.RemovePage, app: HealthApp) -> Nothing:
    return await status_pages.remove_page(app, command)


@handlers.rpc
async def on_public_page(query: pages.ReadPublicPage, app: HealthApp) -> Raw:
    return await read_public_page(app, query)


@handlers.rpc
async def on_badge(query: pages.ReadBadge, app: HealthApp) -> pages.BadgeFacts:
    return await read_badge(app, query)
