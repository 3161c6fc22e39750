"""Accounts for the people the household's Plex server is shared with."""

from enum import StrEnum

from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.base import Command, Contract, Query
from medianest_common.contracts.plex import MemberKind


class SkipReason(StrEnum):
    OWNS_SERVER = "owns_server"
    """Links Plex to their own account here, or gets one by signing in with Plex."""


class PlexCandidate(Contract):
    """Somebody with access to the server and without an account; managed people of a Plex Home have no address."""

    plex_id: int
    name: str
    email: str | None
    kind: MemberKind


class SkippedMember(Contract):
    name: str
    reason: SkipReason


class PlexCandidates(Contract):
    """`known` is how many with access have an account already."""

    items: list[PlexCandidate]
    skipped: list[SkippedMember]
    known: int


class PlexImport(Contract):
    created: int
    updated: int
    unchanged: int
    skipped: list[SkippedMember]


class ListPlexCandidates(Query[PlexCandidates]):
    pass


class ImportPlexMembers(Command[PlexImport]):
    client: ClientInfo
