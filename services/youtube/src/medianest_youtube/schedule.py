"""When a subscription is looked at next."""

from datetime import datetime, timedelta
from hashlib import blake2b

from medianest_youtube.models import Subscription

_SPREAD = 0.2


def next_check(subscription: Subscription, *, now: datetime) -> datetime:
    """After its interval, a tenth more or less: what was set up at one moment is not asked at one moment for ever."""
    seed = blake2b(f"{subscription.id}:{subscription.epoch}".encode(), digest_size=4).digest()
    share = int.from_bytes(seed) / 2**32 - 0.5
    return now + timedelta(minutes=subscription.interval_minutes) * (1 + _SPREAD * share)
