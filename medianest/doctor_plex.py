"""Where the media server is: at the address in the settings, or where plex.tv has led the plex service."""

from typing import Any

import httpx

from medianest.finding import Finding, bad, good
from medianest_common.settings import Settings, load
from medianest_health.settings import HealthSettings, plain

_TIMEOUT = 10.0
_LAST_WAY = "select name, url from connections order by chosen_at desc limit 1"


async def found_server(settings: Settings) -> Finding | None:
    """The server that was found through plex.tv, asked without a token. None where an address is set, or no token."""
    outside = load(HealthSettings)
    if outside.plex_url or not plain(outside.plex_token):
        return None
    way = await _last_way(settings)
    if way is None:
        return good("Plex server", "none found yet; the first start looks for it through plex.tv")
    name, url = way
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
            answer = await client.get(f"{url}/identity", headers={"Accept": "application/json"})
            answer.raise_for_status()
            answer.json()["MediaContainer"]["machineIdentifier"]
    except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
        return bad(
            "Plex server",
            f"{name} was found at {url}, and does not answer there as Plex would: {error or type(error).__name__}",
            "Start it. If it has moved, MediaNest finds it again by itself while it runs.",
        )
    return good("Plex server", f"{name} was found through plex.tv and answers at {url}")


async def account(client: httpx.AsyncClient, settings: HealthSettings, *, plex_tv: str) -> list[Finding]:
    """Without an address the token has to be one that plex.tv takes."""
    token = plain(settings.plex_token)
    if not token:
        return [
            good(
                "Plex",
                "not connected; MEDIANEST_PLEX_TOKEN of the server's owner connects it, with MEDIANEST_PLEX_URL "
                "where plex.tv does not lead to it",
            )
        ]
    headers = {"X-Plex-Token": token, "Accept": "application/json"}
    try:
        answer = await client.get(f"{plex_tv.rstrip('/')}/api/v2/user", headers=headers)
    except (httpx.HTTPError, UnicodeEncodeError):
        return []  # That plex.tv does not answer is said already.
    if answer.status_code in (401, 403):
        return [
            bad(
                "Plex",
                "plex.tv refuses MEDIANEST_PLEX_TOKEN",
                "Set it to the present token of the account that owns the server, unless that account has signed "
                "in to MediaNest with Plex since: that token is used then.",
            )
        ]
    if answer.status_code != 200:
        return []
    return [good("Plex", "plex.tv accepts MEDIANEST_PLEX_TOKEN and leads to the server")]


async def _last_way(settings: Settings) -> tuple[str, str] | None:
    import asyncpg

    from medianest_common.db.roles import role_url
    from medianest_common.lifecycle import load_keys, role_secret

    secret = role_secret(load_keys(settings))
    try:
        connection: Any = await asyncpg.connect(
            role_url(settings.database_url, "plex", secret=secret), timeout=_TIMEOUT
        )
        try:
            row = await connection.fetchrow(_LAST_WAY, timeout=_TIMEOUT)
        finally:
            await connection.close(timeout=_TIMEOUT)
    except (asyncpg.PostgresError, OSError, TimeoutError):
        return None
    return (row["name"], row["url"]) if row else None
