"""How notifications are worded."""

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.notifications.templates import (
    GetTemplate,
    ListTemplates,
    PreviewTemplate,
    ResetTemplate,
    SetTemplate,
    Template,
    TemplatePreview,
    Templates,
)
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import handlers
from medianest_notifications.use_cases.change_template import reset_template, set_template
from medianest_notifications.use_cases.list_templates import get_template, list_templates
from medianest_notifications.use_cases.preview_template import preview_template


@handlers.rpc
async def on_list_templates(query: ListTemplates, app: NotificationsApp) -> Templates:
    return await list_templates(app, query)


@handlers.rpc
async def on_get_template(query: GetTemplate, app: NotificationsApp) -> Template:
    return await get_template(app, query)


@handlers.rpc
async def on_set_template(command: SetTemplate, app: NotificationsApp) -> Template:
    return await set_template(app, command)


@handlers.rpc
async def on_reset_template(command: ResetTemplate, app: NotificationsApp) -> Nothing:
    return await reset_template(app, command)


@handlers.rpc
async def on_preview_template(query: PreviewTemplate, app: NotificationsApp) -> TemplatePreview:
    return await preview_template(app, query)
