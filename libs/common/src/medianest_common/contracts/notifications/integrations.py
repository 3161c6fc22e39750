"""The systems that the notifications service works with."""

from medianest_common.contracts import integrations as shared
from medianest_common.contracts.base import Command, Event, Query


class ListIntegrations(Query[shared.IntegrationList]):
    pass


class ChangeIntegration(shared.Change, Command[shared.Integration]):
    pass


class RemoveIntegration(shared.Removal, Command[shared.Integration]):
    """What the variables of the installation say counts again."""


class TryIntegration(shared.Trial, Command[shared.TrialReport]):
    """Nothing is kept of it."""


class IntegrationChanged(shared.Changed, Event):
    """Every replica takes it up at once, and with every look at the database that finds a later version."""
