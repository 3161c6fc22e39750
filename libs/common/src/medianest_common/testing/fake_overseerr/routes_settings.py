"""What the server tells about itself, and the settings of its webhook."""

import base64
import json
from typing import Any

from starlette.responses import JSONResponse, Response

from .endpoint import Endpoint, Incoming, nothing
from .notices import test_notice
from .numbers import ALL_NOTIFICATIONS, Permission
from .refusals import Refused
from .state import State, WebhookSettings
from .webhooks import Webhooks

type Json = dict[str, Any]


class SettingsRoutes:
    def __init__(self, state: State, webhooks: Webhooks) -> None:
        self._state = state
        self._webhooks = webhooks

    def endpoints(self) -> list[Endpoint]:
        webhook = "/settings/notifications/webhook"
        return [
            Endpoint("GET", "/status", self.status),
            Endpoint("GET", "/settings/public", self.public),
            Endpoint("GET", webhook, self.get_webhook, Permission.ADMIN),
            Endpoint("POST", webhook, self.set_webhook, Permission.ADMIN),
            Endpoint("POST", f"{webhook}/test", self.test_webhook, Permission.ADMIN),
        ]

    async def status(self, incoming: Incoming) -> JSONResponse:
        return JSONResponse(
            {
                "version": "3.1.0" if self._state.flavour == "seerr" else "1.34.0",
                "commitTag": "local",
                "updateAvailable": False,
                "commitsBehind": 0,
                "restartRequired": False,
            }
        )

    async def public(self, incoming: Incoming) -> JSONResponse:
        state = self._state
        shared: Json = {
            "initialized": True,
            "applicationTitle": "Seerr" if state.flavour == "seerr" else "Overseerr",
            "applicationUrl": "",
            "hideAvailable": False,
            "localLogin": True,
            "movie4kEnabled": state.movie_4k,
            "series4kEnabled": state.series_4k,
            "originalLanguage": "",
            "partialRequestsEnabled": state.partial_requests,
            "cacheImages": False,
            "vapidPublic": "PLACEHOLDER",
            "enablePushRegistration": False,
            "locale": "en",
            "emailEnabled": False,
            "newPlexLogin": True,
        }
        if state.flavour == "overseerr":
            return JSONResponse(shared | {"region": ""})
        return JSONResponse(
            shared
            | {
                "hideBlocklisted": False,
                "mediaServerLogin": True,
                "jellyfinExternalHost": "",
                "jellyfinForgotPasswordUrl": "",
                "discoverRegion": "",
                "streamingRegion": "US",
                "mediaServerType": 1,
                "enableSpecialEpisodes": state.special_episodes,
                "userEmailRequired": False,
                "youtubeUrl": "",
            }
        )

    async def get_webhook(self, incoming: Incoming) -> JSONResponse:
        """The template comes decoded once."""
        settings = self._state.webhook
        return JSONResponse(self._view(settings, json.loads(settings.payload)))

    async def set_webhook(self, incoming: Incoming) -> JSONResponse:
        """A template encoded only once is saved; what is left out is erased."""
        self._state.webhook = _settings(incoming.body)
        encoded = base64.b64encode(self._state.webhook.payload.encode()).decode()
        return JSONResponse(self._view(self._state.webhook, encoded))

    async def test_webhook(self, incoming: Incoming) -> Response:
        if not await self._webhooks.send_now(_settings(incoming.body), test_notice()):
            raise Refused(500, "Failed to send webhook notification.")
        return nothing()

    def _view(self, settings: WebhookSettings, payload: object) -> Json:
        options: Json = {"webhookUrl": settings.url, "jsonPayload": payload}
        if settings.authorization is not None:
            options["authHeader"] = settings.authorization
        view: Json = {"enabled": settings.enabled, "types": settings.types, "options": options}
        if self._state.flavour == "seerr":
            view["embedPoster"] = True
            options["supportVariables"] = False
        return view


def _settings(body: Json) -> WebhookSettings:
    options = body.get("options")
    if options is None:
        raise Refused(500, "Cannot read properties of undefined (reading 'jsonPayload')")
    payload = options.get("jsonPayload")
    try:
        json.loads(payload)
    except (TypeError, ValueError) as error:
        raise Refused(500, f"Unexpected token in JSON: {error}") from error
    return WebhookSettings(
        payload=payload,
        url=options.get("webhookUrl") or "",
        authorization=options.get("authHeader"),
        enabled=bool(body.get("enabled")),
        types=int(body.get("types", ALL_NOTIFICATIONS)),
    )
