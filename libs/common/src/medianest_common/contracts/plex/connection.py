"""How the media server is reached, for administrators."""

from enum import StrEnum

from medianest_common.contracts.base import Contract, Query


class ConnectionWay(StrEnum):
    MANUAL = "manual"
    LOCAL_HTTPS = "localHttps"
    LOCAL_HTTP = "localHttp"
    REMOTE = "remote"
    RELAY = "relay"


class TriedConnection(Contract):
    """`problem` says in words why it does not lead to the server, and is None where it does."""

    url: str
    way: ConnectionWay
    works: bool
    in_use: bool
    problem: str | None
    latency_ms: float | None


class PlexServerFound(Contract):
    name: str
    machine_identifier: str
    in_use: bool
    connections: list[TriedConnection]


class PlexServers(Contract):
    """The servers that the account owns. `manual` is the address in the settings, which wins over all found.

    `account_problem` is what plex.tv said to the token, in words, if it did not accept it; `advice` what to change.
    """

    items: list[PlexServerFound]
    manual: TriedConnection | None = None
    account_problem: str | None = None
    problem: str | None = None
    advice: list[str] = []


class ListPlexServers(Query[PlexServers]):
    """Tries every connection, so it takes up to three seconds."""
