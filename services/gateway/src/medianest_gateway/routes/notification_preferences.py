"""What a person wants to be told, where and when."""

from typing import Annotated

from fastapi import Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.notifications import preferences
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/notifications", tags=["Notifications"], responses=problems(401, 403, 422, 429, 503, 504)
)


@router.get("/types", response_model=preferences.TypeMeanings)
async def list_notification_types(gateway: Gateway) -> Response:
    """What the caller can be told of, who hears it, and how it reaches those who have chosen nothing."""
    return await passed_through(gateway.bus, preferences.ListNotificationTypes())


@router.get("/preferences", response_model=preferences.Preferences)
async def get_preferences(gateway: Gateway) -> Response:
    """Which types reach one by which channel and when, quiet hours, and the `version` that a change names."""
    return await passed_through(gateway.bus, preferences.GetPreferences())


@router.put("/preferences", response_model=preferences.Preferences, responses=problems(404, 409))
async def save_preferences(gateway: Gateway, body: preferences.PreferencesBody) -> Response:
    """The whole of it. 409 `PREFERENCES_CHANGED` where another device has saved since `version` was read."""
    command = preferences.SavePreferences(
        version=body.version,
        locale=body.locale,
        zone=body.zone,
        quiet_hours=body.quiet_hours,
        daily_at=body.daily_at,
        choices=body.choices,
    )
    return await passed_through(gateway.bus, command)


@router.get("/preferences/preview", response_model=preferences.Preview)
async def preview_notification(
    gateway: Gateway, query: Annotated[preferences.PreviewNotification, Query()]
) -> Response:
    """Where a notification of this type would go by the settings as they are saved, when, and why so."""
    return await passed_through(gateway.bus, query)


@router.get("/mutes", response_model=Page[preferences.Mute], responses=problems(400))
async def list_mutes(gateway: Gateway, query: Annotated[preferences.ListMutes, Query()]) -> Response:
    """Titles that one wants to hear nothing of."""
    return await passed_through(gateway.bus, query)


@router.put("/mutes/{media_type}/{tmdb_id}", response_model=preferences.Mute, responses=problems(404, 409))
async def mute_title(
    gateway: Gateway, media_type: MediaType, tmdb_id: preferences.TmdbId, body: preferences.MuteBody
) -> Response:
    """It still stands in the inbox, as if it had been read; nothing about it is sent anywhere. 409
    `TOO_MANY_MUTES`."""
    command = preferences.MuteTitle(
        media_type=media_type, tmdb_id=tmdb_id, title=body.title, until=body.until
    )
    return await passed_through(gateway.bus, command)


@router.delete("/mutes/{media_type}/{tmdb_id}", status_code=204, responses=problems(404))
async def unmute_title(gateway: Gateway, media_type: MediaType, tmdb_id: preferences.TmdbId) -> None:
    """Heard of again from now on."""
    await gateway.bus.call(preferences.UnmuteTitle(media_type=media_type, tmdb_id=tmdb_id))
