"""What stops an installation from starting, said so that the person at the terminal can mend it."""


class SetupError(Exception):
    """Shown as it is, without a stack trace; the text says what is wrong and what to do."""


class Refused(SetupError):
    """The installation is fine, but what was asked of it is not possible."""


class ServiceAway(SetupError):
    """A service does not run, and cannot be started from here."""


class BeingMade(Refused):
    """Somebody else makes a backup just now."""


class MadeMeanwhile(Refused):
    """Somebody else has made a backup since it was due: there is nothing to do."""


class DataFolderInUse(SetupError):
    pass


class ServerNotFound(SetupError):
    pass


class ServerTooOld(SetupError):
    pass


class ServerDidNotStart(SetupError):
    pass
