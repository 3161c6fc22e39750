"""How a channel is told from others without saying where it leads, and how it is shown without giving it away."""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from medianest_common.contracts.notifications.channels import ChannelKind


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Under a key of the installation, so that an address cannot be guessed and compared."""

    key: bytes

    def of(self, kind: ChannelKind, *target: str) -> str:
        return hmac.digest(self.key, "\n".join((kind, *target)).encode(), sha256).hex()


def masked(text: str) -> str:
    """Enough to know one's own again."""
    return f"{text[:2]}…" if len(text) < 12 else f"{text[:2]}…{text[-2:]}"
