"""What a channel is made with, sealed for its row."""

from uuid import UUID

from medianest_common.security.encryption import Cell, Cipher, Undecryptable, UnknownKey
from medianest_notifications.adapters.channels.port import ChannelConfig, Sender
from medianest_notifications.models import Channel

UNREADABLE = "What it was set up with can no longer be read here. Enter it again."


def seal_config(cipher: Cipher, channel_id: UUID, config: ChannelConfig) -> str:
    return cipher.seal(config.dump(), cell=_cell(channel_id))


def open_config[C: ChannelConfig](cipher: Cipher, channel: Channel, sender: Sender[C]) -> C | None:
    """None where it cannot be read: sealed under a key that is gone, or by a version that asked for something else."""
    try:
        return sender.config.restore(cipher.open_text(channel.config_sealed, cell=_cell(channel.id)))
    except (UnknownKey, Undecryptable, ValueError):
        return None


def _cell(channel_id: UUID) -> Cell:
    return Cell("channels", "config_sealed", channel_id)
