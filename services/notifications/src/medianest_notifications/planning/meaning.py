"""What there is to know of one type of notification."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum

from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.preferences import Mode


class Group(StrEnum):
    REQUESTS = "requests"
    ISSUES = "issues"
    DOWNLOADS = "downloads"
    LIBRARY = "library"
    SERVICES = "services"
    SECURITY = "security"
    PEOPLE = "people"
    PORTAL = "portal"


class Hearers(Enum):
    """Whose matrix has the type."""

    EVERYONE = frozenset(Role)
    ADMINS = frozenset({Role.OWNER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Meaning:
    """In words for people. `elsewhere` is the default of every channel but the inbox; `mail` of e-mail and `admins` of
    administrators' channels where they differ."""

    group: Group
    title: str
    meaning: str
    heard_by: str
    hearers: Hearers = Hearers.EVERYONE
    elsewhere: Mode = Mode.NOW
    mail: Mode | None = None
    admins: Mode | None = None
    always_in_inbox: bool = False
    urgent: bool = False
    """Passes quiet hours."""
    urgent_for_admins: bool = False
    """The same for them alone."""
    flaps: bool = False
    """It can turn over and over again: of those with one collapse key not every one is told."""
    reminds: bool = False
    """Said again and again because somebody wants it: it takes the place of what was said before, is not damped, and
    damps nothing."""
    settles: timedelta = timedelta()
    """Its like come in a row: so long is waited for the others."""

    def is_urgent(self, role: Role) -> bool:
        return self.urgent or (self.urgent_for_admins and role in Hearers.ADMINS.value)

    def default(self, role: Role, kind: ChannelKind | None) -> Mode:
        """Without a kind, for the inbox."""
        if kind is None:
            return Mode.NOW
        if role in Hearers.ADMINS.value and self.admins is not None:
            return self.admins
        return self.mail if kind is ChannelKind.EMAIL and self.mail is not None else self.elsewhere
