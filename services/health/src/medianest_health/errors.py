"""What administrators are refused, and why."""

from medianest_common.errors import Conflict, NotFound


class MonitorNotFound(NotFound):
    title = "There is no such monitor"


class MonitorChanged(Conflict):
    title = "The monitor was changed meanwhile"


class MonitorsChanged(Conflict):
    title = "The list of monitors has changed meanwhile"


class MonitorIsAutomatic(Conflict):
    title = "This monitor comes with the installation or its settings"


class MonitorPaused(Conflict):
    title = "The monitor is paused"


class TooManyMonitors(Conflict):
    title = "There are too many monitors already"


class DependencyCycle(Conflict):
    title = "Monitors cannot depend on each other in a circle"


class NotPushMonitor(Conflict):
    """Make a monitor of the kind `push` for what reports by itself."""

    title = "Only a push monitor reports by itself"


class KindIsFixed(Conflict):
    title = "A monitor that reports by itself cannot become one that is asked, or the other way round"


class GroupNotFound(NotFound):
    title = "There is no such group"


class GroupExists(Conflict):
    title = "There is a group of this name already"


class GroupsChanged(Conflict):
    title = "The list of groups has changed meanwhile"


class TooManyGroups(Conflict):
    title = "There are too many groups already"


class PushTokenUnknown(NotFound):
    title = "Nothing reports with this token"


class PageNotFound(NotFound):
    title = "There is no such page"


class MaintenanceChanged(Conflict):
    title = "The maintenance was changed meanwhile"


class PostMortemChanged(Conflict):
    title = "The post-mortem was written anew meanwhile"


class PageChanged(Conflict):
    title = "The page was changed meanwhile"


class SlugTaken(Conflict):
    title = "There is a page under this name already"


class TooManyPages(Conflict):
    title = "There are too many pages already"


class ErrorGroupNotFound(NotFound):
    title = "There is no such reported error"


class MaintenanceNotFound(NotFound):
    title = "There is no such maintenance"


class MaintenanceNotRunning(Conflict):
    title = "It is no time of this maintenance"


class TooManyMaintenances(Conflict):
    title = "There are too many times of maintenance already"


class IncidentNotFound(NotFound):
    title = "There is no such incident"


class NoteNotFound(NotFound):
    title = "There is no such note"


class TooManyNotes(Conflict):
    title = "There are too many notes at this incident already"


class ImportCollided(Conflict):
    title = "Something else was made meanwhile"


class DeadLetterNotFound(NotFound):
    title = "There is no such dead letter"


class DeadLetterSettled(Conflict):
    title = "The dead letter has been settled in another way"


class NotRetryable(Conflict):
    title = "This dead letter cannot be retried"
