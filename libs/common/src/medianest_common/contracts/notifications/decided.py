"""What administrators have decided about notifications, for the audit log."""

from medianest_common.contracts.decided import Decided


class AdminDecided(Decided):
    pass
