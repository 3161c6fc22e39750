"""What becomes of somebody's place here: told to whoever has to know, apart from what services learn of a person."""

from uuid import UUID

from medianest_common.contracts.base import Event
from medianest_common.contracts.identity import Role


class RoleChanged(Event):
    user_id: UUID
    name: str
    role: Role
    actor_id: UUID


class PersonSuspended(Event):
    user_id: UUID
    name: str
    actor_id: UUID


class EmailChanged(Event):
    """Neither address is in it: both get a letter of their own."""

    user_id: UUID


class PlexAccessLost(Event):
    """The household's server is shared with this person no longer, and plex.tv has confirmed it.

    `is_out` says that there is no other way for them to sign in.
    """

    event_name = "plex_access.lost"

    user_id: UUID
    name: str
    is_out: bool
