"""Whether the systems outside answer, accept our keys, and agree on what time it is."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from medianest import doctor_plex
from medianest.doctor_fetching import fetching
from medianest.doctor_watched import watched
from medianest.finding import Finding, bad, good
from medianest_common.clock import Clock, SystemClock
from medianest_common.settings import Settings, load
from medianest_health.settings import HealthSettings, plain
from medianest_media.settings import MediaSettings
from medianest_notifications.adapters.smtp import MailServerUnavailable, Smtp
from medianest_notifications.settings import NotificationsSettings, parse_sender

_TIMEOUT = 10.0
_SKEW_SECONDS = 30


async def upstreams(settings: Settings, *, clock: Clock | None = None) -> list[Finding]:
    """Raises `SettingsError` for settings that cannot be read."""
    clock = clock or SystemClock()
    outside = load(HealthSettings)
    async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
        findings = await asyncio.gather(
            _plex_tv(client, settings.plex_tv_url, clock=clock),
            _plex(client, outside, plex_tv=settings.plex_tv_url),
            _overseerr(client, outside),
            fetching(load(MediaSettings), clock=clock),
            watched(outside, clock=clock),
            _mail(load(NotificationsSettings)),
        )
    return [finding for some in findings for finding in some]


async def _plex_tv(client: httpx.AsyncClient, url: str, *, clock: Clock) -> list[Finding]:
    try:
        answer = await client.get(f"{url.rstrip('/')}/api/v2/ping")
    except httpx.HTTPError as error:
        return [
            bad(
                "plex.tv",
                f"{url} cannot be reached: {error or type(error).__name__}",
                "Signing in with Plex will not work; look at the network, DNS and proxy of this machine.",
            )
        ]
    findings = [good("plex.tv", f"{url} answers")]
    if date := answer.headers.get("date"):
        findings.append(_clock(parsedate_to_datetime(date), now=clock.now()))
    return findings


def _clock(theirs: datetime, *, now: datetime) -> Finding:
    apart = abs((now - theirs.astimezone(UTC)).total_seconds())
    text = f"{apart:.0f} s apart from plex.tv"
    if apart > _SKEW_SECONDS:
        return bad(
            "clock", text, "Turn on time synchronisation: sign-ins and codes depend on the right time."
        )
    return good("clock", text)


async def _plex(client: httpx.AsyncClient, settings: HealthSettings, *, plex_tv: str) -> list[Finding]:
    if not settings.plex_url:
        return await doctor_plex.account(client, settings, plex_tv=plex_tv)
    return [
        await _answer(
            client,
            name="Plex",
            url=f"{settings.plex_url}/library/sections",
            headers={"X-Plex-Token": plain(settings.plex_token), "Accept": "application/json"},
            key="MEDIANEST_PLEX_TOKEN",
            address="MEDIANEST_PLEX_URL",
        )
    ]


async def _overseerr(client: httpx.AsyncClient, settings: HealthSettings) -> list[Finding]:
    if not settings.overseerr_url:
        return [
            good(
                "Overseerr", "not connected; MEDIANEST_OVERSEERR_URL and MEDIANEST_OVERSEERR_API_KEY name one"
            )
        ]
    return [
        await _answer(
            client,
            name="Overseerr",
            url=f"{settings.overseerr_url}/api/v1/auth/me",
            headers={"X-Api-Key": plain(settings.overseerr_api_key)},
            key="MEDIANEST_OVERSEERR_API_KEY",
            address="MEDIANEST_OVERSEERR_URL",
        )
    ]


async def _mail(settings: NotificationsSettings) -> list[Finding]:
    """Signs in and sends nothing."""
    server = settings.mail_server
    if not server:
        return [good("mail", "not set up; MEDIANEST_SMTP_URL and MEDIANEST_MAIL_FROM name a server")]
    try:
        await Smtp(server, hello=parse_sender(settings.mail_from).domain).check()
    except MailServerUnavailable as error:
        return [
            bad(
                "mail",
                f"{server.address} does not let us in: {error.detail}",
                "Look at MEDIANEST_SMTP_URL; until then reset links come from an administrator.",
            )
        ]
    return [good("mail", f"{server.address} answers and accepts the sign-in ({server.tls})")]


async def _answer(
    client: httpx.AsyncClient, *, name: str, url: str, headers: dict[str, str], key: str, address: str
) -> Finding:
    where = str(httpx.URL(url).copy_with(path="/"))
    try:
        answer = await client.get(url, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return bad(name, f"{where} cannot be reached: {error or type(error).__name__}", f"Look at {address}.")
    if answer.status_code in (401, 403):
        return bad(name, f"{where} answers, but refuses the key", f"Look at {key}.")
    if answer.status_code != 200 or "json" not in answer.headers.get("content-type", ""):
        return bad(name, f"{where} answers {answer.status_code}, not as {name} would", f"Look at {address}.")
    return good(name, f"{where} answers and accepts the key")
