"""Accounts for the people the Plex server is shared with; for administrators, as the auth service decides."""

from fastapi import Response

from medianest_common.contracts.auth import plex_access
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through
from medianest_gateway.routes.signing_in import Client

router = Router(
    prefix="/admin/users", tags=["Administration"], responses=problems(401, 403, 422, 429, 503, 504)
)

PLEX_TV_SECONDS = 17.0
"""plex.tv is asked three times, one after the other."""


@router.get("/plex-candidates", response_model=plex_access.PlexCandidates)
async def list_plex_candidates(gateway: Gateway) -> Response:
    """Who has access to the Plex server and would be made an account by an import."""
    return await passed_through(gateway.bus, plex_access.ListPlexCandidates(), timeout=PLEX_TV_SECONDS)


@router.post("/import-plex", response_model=plex_access.PlexImport)
async def import_plex(gateway: Gateway, client: Client) -> Response:
    """Makes the accounts. Doing it again makes none twice."""
    command = plex_access.ImportPlexMembers(client=client)
    return await passed_through(gateway.bus, command, timeout=PLEX_TV_SECONDS)
