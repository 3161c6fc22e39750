"""Who has decided what, for the audit log."""

from medianest_common.bus import require_caller
from medianest_common.contracts.youtube.decided import AdminDecided
from medianest_common.db import Transaction


def decided(tx: Transaction, action: str, about: str) -> None:
    """By whoever asks at this moment."""
    tx.emit(AdminDecided(action=action, about=about[:200], actor_id=require_caller().user_id))
