"""Whether a token opens an account at plex.tv that owns a server. Nothing is kept of it."""

import asyncio

from medianest_common.contracts.integrations import TrialOutcome, TrialReport
from medianest_common.errors import MediaNestError
from medianest_common.integrations import Values
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.app import PlexApp

_SECONDS = 10.0


async def try_account(app: PlexApp, values: Values) -> TrialReport:
    named = str(values.options.get("server") or "").strip().casefold()
    started = app.clock.monotonic()
    try:
        async with asyncio.timeout(_SECONDS):
            servers = await app.reached.connection.servers_of(values.secret)
    except TokenRefused:
        return TrialReport(
            outcome=TrialOutcome.KEY_REFUSED,
            message="plex.tv does not accept this token. It has to be the present one of the server's owner.",
        )
    except TimeoutError:
        return TrialReport(outcome=TrialOutcome.FAILED, message="plex.tv did not answer in time.")
    except MediaNestError as error:
        return TrialReport(outcome=TrialOutcome.FAILED, message=error.detail or error.title)
    latency = round((app.clock.monotonic() - started) * 1000, 2)
    if not servers:
        message = "The account that this token belongs to owns no server."
        return TrialReport(outcome=TrialOutcome.FAILED, message=message, latency_ms=latency)
    names = [(each.name.casefold(), each.machine_identifier.casefold()) for each in servers]
    if named and not any(named in each for each in names):
        message = "The account owns no server with this name or machine identifier."
        return TrialReport(outcome=TrialOutcome.FAILED, message=message, latency_ms=latency)
    return TrialReport(outcome=TrialOutcome.OK, latency_ms=latency)
