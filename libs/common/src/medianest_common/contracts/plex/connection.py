"""How the media server is reached, for administrators."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from medianest_common.contracts.base import Body, Command, Contract, Event, Query


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


class PlexConnection(Contract):
    """How the media server is reached at the moment. No part of it opens anything."""

    set_up: bool
    name: str | None = None
    machine_identifier: str | None = None
    url: str | None = None
    """Where it is asked now; None until it was found."""
    online: bool = False
    token_accepted: bool | None = None
    """None while there is nobody to ask."""
    problem: str | None = None
    account_problem: str | None = None
    """What plex.tv said last to the account's token, in words, if it did not take it."""
    latency_ms: float | None = None


class GetPlexConnection(Query[PlexConnection]):
    """For other services, which have neither the address nor a token."""


class ReconnectPlexBody(Body):
    """Everything may be left out: then plex.tv is asked anew, and the best way to the server looked for."""

    token: Annotated[str, StringConstraints(strip_whitespace=True)] | None = Field(
        default=None, min_length=1, max_length=4000, repr=False, json_schema_extra={"writeOnly": True}
    )
    """The present token of the owner's account, in place of the one known here."""
    machine_identifier: str | None = Field(default=None, min_length=1, max_length=200)
    """The one to use of the servers that the account owns."""


class ReconnectPlex(Command[PlexConnection]):
    """Nothing that is kept here is lost by it: everything belongs to a server and not to a token."""

    token: str | None = Field(default=None, repr=False)
    machine_identifier: str | None = None


class ConnectionChanged(Event):
    """Another token or another server: every replica looks for the way anew."""
