"""Who may see which libraries, for services that tell people of what is in them."""

from uuid import UUID

from medianest_common.contracts.base import Event, Timestamp


class LibraryAccessChanged(Event):
    """Told of everybody with a Plex account, and once of `NOBODY`, which stands for all who have none. Of two about one
    person the one with the later `at` holds. Administrators see everything, whatever is told of them.
    """

    user_id: UUID
    machine_identifier: str
    library_keys: list[str] | None
    """None for all. Empty where Plex hides single titles from this person: then nobody knows which they may see."""
    at: Timestamp
