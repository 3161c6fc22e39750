"""How notifications are worded, for administrators."""

from typing import Annotated

from fastapi import Query, Response

from medianest_common.contracts.notifications import NotificationType, templates
from medianest_common.contracts.notifications.templates import Language, TemplateChannel
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/admin/notifications/templates",
    tags=["Administration"],
    responses=problems(401, 403, 422, 429, 503, 504),
)
_ONE = "/{type}/{locale}/{channel}"


@router.get("", response_model=templates.Templates)
async def list_templates(gateway: Gateway, query: Annotated[templates.ListTemplates, Query()]) -> Response:
    """What is built in, what has been put in its place, and what each type can name."""
    return await passed_through(gateway.bus, query)


@router.post("/preview", response_model=templates.TemplatePreview, responses=problems(404))
async def preview_template(gateway: Gateway, body: templates.PreviewBody) -> Response:
    """With examples, or as one of one's own notifications would read. 422 says in which line to mend what."""
    message = templates.PreviewTemplate.model_validate(body.model_dump(by_alias=False))
    return await passed_through(gateway.bus, message)


@router.get(_ONE, response_model=templates.Template, responses=problems(404))
async def get_template(
    gateway: Gateway, type: NotificationType, locale: Language, channel: TemplateChannel
) -> Response:
    """The built-in words, and those in their place."""
    message = templates.GetTemplate(type=type, locale=locale, channel=channel)
    return await passed_through(gateway.bus, message)


@router.put(_ONE, response_model=templates.Template, responses=problems(409))
async def set_template(
    gateway: Gateway,
    type: NotificationType,
    locale: Language,
    channel: TemplateChannel,
    body: templates.TemplateBody,
) -> Response:
    """Applies to what is told from now on. 422 says in which line to mend what."""
    message = templates.SetTemplate(
        type=type, locale=locale, channel=channel, **body.model_dump(by_alias=False)
    )
    return await passed_through(gateway.bus, message)


@router.delete(_ONE, status_code=204, responses=problems(404))
async def reset_template(
    gateway: Gateway, type: NotificationType, locale: Language, channel: TemplateChannel
) -> None:
    """Back to the built-in words."""
    await gateway.bus.call(templates.ResetTemplate(type=type, locale=locale, channel=channel))
