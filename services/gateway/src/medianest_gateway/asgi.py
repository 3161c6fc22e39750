"""The gateway as an HTTP application: the stack, its rules, and the routes."""

from importlib.metadata import version
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI

from medianest_common.contracts.health.errors import MOST_BYTES
from medianest_common.contracts.identity import Caller
from medianest_common.security.personal_tokens import PREFIX as PERSONAL
from medianest_common.web import DESCRIPTION_SECONDS, OPENAPI_PATH, Principal, Rule, Stack, create_app
from medianest_common.web.middleware.hosts import networks
from medianest_common.web.rules import MIB
from medianest_gateway.app import GatewayApp
from medianest_gateway.grants import GRANTS
from medianest_gateway.keeping import SECONDS as KEEPING_SECONDS
from medianest_gateway.live.admission import LASTS
from medianest_gateway.live.routes import live_routes, own_origins
from medianest_gateway.reference import ABOUT
from medianest_gateway.routes import (
    admin,
    auth,
    backups,
    broadcasts,
    dashboard,
    errors,
    forward_auth,
    generic_webhooks,
    health,
    history,
    incidents,
    inside,
    integrations,
    invites,
    maintenance,
    media,
    media_catalogue,
    media_defaults,
    media_images,
    media_importing,
    media_issues,
    media_marking,
    media_requests,
    media_rules,
    media_statistics,
    media_watchlist,
    monitor_pushes,
    monitors,
    monitors_importing,
    notification_channels,
    notification_deliveries,
    notification_preferences,
    notification_templates,
    notifications,
    page,
    passwords,
    people,
    plex,
    plex_access,
    plex_browse,
    plex_changes,
    plex_playback,
    plex_sync,
    providers,
    public_status,
    queues,
    reference,
    second_factor,
    services,
    status_pages,
    system_webhooks,
    tokens,
    unsubscribing,
    webhooks,
    youtube,
    youtube_admin,
    youtube_images,
    youtube_lists,
    youtube_profiles,
    youtube_tools,
)
from medianest_gateway.routes.common import signed_in

API = "/api/v1"
PLEX_SIGN_IN_SECONDS = 15.0
"""plex.tv or another provider has a part in these, and is slow at times."""
PLEX_MEMBERS_SECONDS = 20.0
LARGEST_SIGN_IN = 64 * 1024
"""Bytes of what is read for anybody who may only want to sign in; the largest is the new passkey of some makes."""
LARGEST_SIGN_OF_LIFE = 64 * 1024
QUIET = ("/health", "/metrics", "/.well-known", f"{API}/health")
"""Answered without asking who it is, uncounted and unlogged. `/api/v1/health/details` asks for itself."""
KEYS = "/.well-known/jwks.json"
WEBHOOKS = (f"{API}/webhooks",)
SECRET_ANSWERS = (
    f"{API}/auth",
    f"{API}/admin/invites",
    f"{API}/admin/monitors",
    f"{API}/admin/services",
    f"{API}/csrf",
    f"{API}/notifications/ticket",
    "/login",
)
STREAMS = (f"{API}/events",)
VERIFY = f"{API}/auth/verify"
UNSUBSCRIBE = f"{API}/notifications/unsubscribe"
PUSHES = f"{API}/services/push"
ANONYMOUS_CSRF = (
    f"{API}/auth/login",
    f"{API}/auth/setup",
    f"{API}/auth/refresh",
    f"{API}/auth/passkeys/login",
    f"{API}/auth/password/forgot",
    f"{API}/auth/password/reset",
    f"{API}/auth/email/confirm",
    f"{API}/auth/invites/look",
    f"{API}/auth/invites/accept",
    f"{API}/auth/plex/pin",
    f"{API}/auth/plex/verify",
    f"{API}/auth/oauth",
)
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
RULES = (
    Rule("refresh", "120/minute", frozenset({"POST"}), (f"{API}/auth/refresh",), by_address=True),
    Rule("verify", "6000/minute", paths=(VERIFY,)),
    Rule("signin", "30/minute", _UNSAFE, (f"{API}/auth",), by_address=True),
    Rule("csrf", "60/minute", paths=(f"{API}/csrf", KEYS), by_address=True),
    # Several senders of one machine, none of which sends again what was refused.
    Rule("webhook", "1200/minute", paths=WEBHOOKS, by_address=True),
    Rule("push", "600/minute", paths=(PUSHES,), by_address=True),
    Rule("status", "300/minute", paths=(f"{API}/status",), by_address=True),
    Rule("request", "20/hour", frozenset({"POST"}), (f"{API}/media/request",)),
    Rule("download", "60/hour", frozenset({"POST"}), (f"{API}/youtube/download",)),
    Rule("preview", "30/minute", paths=(f"{API}/youtube/metadata",)),
    Rule(
        "search", "120/minute", paths=(f"{API}/media/search", f"{API}/plex/search", f"{API}/media/discover")
    ),
    Rule(
        "image", "3000/minute", paths=(f"{API}/plex/images", f"{API}/media/images", f"{API}/youtube/images")
    ),
    Rule("channel", "60/hour", frozenset({"POST", "PUT"}), (f"{API}/notifications/channels",)),
    Rule("report", "30/minute", frozenset({"POST"}), (f"{API}/errors",)),
    Rule("live", "30/minute", paths=(f"{API}/ws", f"{API}/events")),
    Rule("export", "6/hour", frozenset({"GET"}), (f"{API}/users/me/export",)),
    Rule("admin", "200/minute", paths=(f"{API}/admin",)),
    Rule("write", "100/minute", _UNSAFE),
    Rule("read", "600/minute"),
)


def build(gateway: GatewayApp) -> FastAPI:
    settings = gateway.settings
    base = urlsplit(settings.base_url)
    others = [origin.strip().rstrip("/") for origin in settings.cors_origins.split(",") if origin.strip()]
    hosts = [host.strip() for host in settings.allowed_hosts.split(",") if host.strip()]

    async def authenticate(token: str, *, by_cookie: bool) -> Principal:
        if token.startswith(PERSONAL) and not by_cookie:
            return await _by_personal_token(gateway, token)
        claims = await gateway.access.verify(token)
        caller = Caller.model_construct(
            user_id=claims.user_id,
            session_id=claims.session_id,
            role=claims.role,
            name=claims.name,
            auth_time=claims.auth_time,
        )
        return Principal(
            caller,
            issued_at=claims.issued_at,
            expires_at=claims.expires_at,
            by_cookie=by_cookie,
            permissions_version=claims.permissions_version,
        )

    stack = Stack(
        clock=gateway.clock,
        valkey_url=settings.valkey_url,
        secure=settings.secure,
        base_path=settings.base_path,
        hosts=[base.hostname or "", *hosts],
        origins=own_origins(settings.base_url) | set(others),
        proxies=networks(settings.trusted_proxies),
        authenticator=authenticate,
        csrf=gateway.csrf,
        access_cookie=gateway.cookies.access,
        csrf_cookie=gateway.cookies.csrf,
        pre_login_cookie=gateway.cookies.pre_login,
        anonymous_csrf=ANONYMOUS_CSRF,
        webhooks=WEBHOOKS,
        quiet=QUIET,
        secret_answers=SECRET_ANSWERS,
        grants=GRANTS,
        streams=STREAMS,
        rules=RULES,
        request_seconds=settings.request_timeout,
        rate_limit_scale=settings.rate_limit_scale,
        replicas=gateway.replicas.count,
        exceptions={
            OPENAPI_PATH: {"timeout": DESCRIPTION_SECONDS},
            KEYS: {"is_counted": True},
            page.FILES: {"authenticate": False, "is_counted": False, "is_quiet": True},
            f"{API}/health/details": {"authenticate": True},
            # Proxies call us by whatever name they know us by, for each picture of a page.
            VERIFY: {"any_host": True, "is_quiet": True, "basic": True},
            f"{API}/auth": {"max_body": LARGEST_SIGN_IN},
            f"{API}/auth/plex": {"timeout": PLEX_SIGN_IN_SECONDS},
            "/login/plex": {"timeout": PLEX_SIGN_IN_SECONDS},
            f"{API}/webhooks/plex": {"max_body": 2 * MIB},
            f"{API}/errors/report": {"max_body": MOST_BYTES},
            f"{API}/media/requests/bulk": {"timeout": media_requests.MANY_SECONDS + 1},
            f"{API}/media/watchlist": {"timeout": media_watchlist.PLEX_SECONDS + 1},
            f"{API}/admin/plex/reconnect": {"timeout": plex_changes.RECONNECT_SECONDS + 1},
            f"{API}/plex/collections": {"timeout": plex_changes.MANY_SECONDS + 1},
            f"{API}/notifications/channels": {"timeout": notification_channels.SENDING_SECONDS + 1},
            # Mail programs send a form, and come without a cookie.
            UNSUBSCRIBE: {
                "authenticate": False,
                "csrf": "off",
                "json_only": False,
                "max_body": LARGEST_SIGN_OF_LIFE,
            },
            # Scripts and cron jobs come without anything but the token in the address.
            PUSHES: {
                "authenticate": False,
                "csrf": "off",
                "json_only": False,
                "secret_path": True,
                "max_body": LARGEST_SIGN_OF_LIFE,
            },
            f"{API}/admin/monitors": {"timeout": monitors.CHECK_SECONDS + 1},
            f"{API}/admin/monitors/test": {"timeout": monitors.TRY_SECONDS + 1},
            f"{API}/admin/services": {"timeout": integrations.TRY_SECONDS + 1},
            f"{API}/admin/backups": {"timeout": KEEPING_SECONDS + 1},
            f"{API}/admin/findings": {"timeout": inside.LOOKING_SECONDS + 1},
            f"{API}/admin/queues": {"timeout": queues.MANY_SECONDS + 1},
            f"{API}/admin/monitors/import": {"timeout": monitors_importing.IMPORT_SECONDS + 1},
            f"{API}/youtube/metadata": {"timeout": youtube.PREVIEW_SECONDS + 1},
            f"{API}/youtube/downloads": {"timeout": youtube.STOP_SECONDS + 1},
            f"{API}/youtube/cookies/test": {"timeout": youtube_admin.TEST_SECONDS + 1},
            f"{API}/auth/oauth": {"timeout": PLEX_SIGN_IN_SECONDS},
            f"{API}/auth/identities": {"timeout": PLEX_SIGN_IN_SECONDS},
            f"{API}/admin/users/plex-candidates": {"timeout": PLEX_MEMBERS_SECONDS},
            f"{API}/admin/users/import-plex": {"timeout": PLEX_MEMBERS_SECONDS},
        },
    )
    app = create_app(
        "MediaNest",
        version("medianest-gateway"),
        stack,
        idempotency=gateway.idempotency,
        about=ABOUT,
    )
    app.state.gateway = gateway
    for router in (health.root, auth.keys, auth.returning, reference.router):
        app.include(router)
    everybody = [Depends(signed_in)]
    for part in (
        auth,
        media,
        media_catalogue,
        media_defaults,
        media_images,
        media_importing,
        media_issues,
        media_statistics,
        media_watchlist,
        media_marking,
        media_requests,
        media_rules,
        plex,
        plex_browse,
        plex_changes,
        plex_playback,
        plex_sync,
        youtube,
        youtube_admin,
        youtube_images,
        youtube_lists,
        youtube_profiles,
        youtube_tools,
        passwords,
        providers,
        second_factor,
        notification_channels,
        notification_deliveries,
        notification_preferences,
        unsubscribing,
        notifications,
        notification_templates,
        broadcasts,
        dashboard,
        health,
        monitor_pushes,
        maintenance,
        monitors,
        incidents,
        public_status,
        status_pages,
        monitors_importing,
        services,
        webhooks,
        system_webhooks,
        generic_webhooks,
        admin,
        people,
        plex_access,
        errors,
        inside,
        queues,
        backups,
        integrations,
        invites,
        tokens,
        history,
        forward_auth,
    ):
        app.include(part.router, prefix=API, dependencies=everybody)
    for router in (
        dashboard.admin,
        errors.admin,
        generic_webhooks.admin,
        history.admin,
        incidents.admin,
        notification_deliveries.admin,
        plex_changes.admin,
        plex_sync.admin,
    ):
        app.include(router, prefix=API, dependencies=everybody)
    origins = own_origins(settings.base_url) | set(others)
    app.router.routes.extend(live_routes(gateway.hub, gateway.tickets, origins=origins, prefix=API))
    # Last: whatever is nothing else is a place on the page.
    app.include(page.router)
    return app


async def _by_personal_token(gateway: GatewayApp, token: str) -> Principal:
    """Its own id stands where a session's would. A stream opened with it is looked at anew after half a day."""
    vouched = await gateway.vouching.for_token(token)
    caller = Caller(
        user_id=vouched.user_id,
        session_id=vouched.session_id,
        role=vouched.role,
        name=vouched.name,
        auth_time=vouched.auth_time,
        scopes=vouched.scopes,
    )
    expires_at = min(vouched.expires_at, gateway.clock.now() + LASTS)
    return Principal(caller, expires_at=expires_at, by_cookie=False)
