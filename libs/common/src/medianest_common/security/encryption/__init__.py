"""Secrets at rest: AES-256-GCM under a key of its own for each purpose, bound to the cell it was written for."""

from medianest_common.security.encryption.cipher import Cell, Cipher, Undecryptable, UnknownKey, mark_of
from medianest_common.security.encryption.keyring import KeyRing

__all__ = ["Cell", "Cipher", "KeyRing", "Undecryptable", "UnknownKey", "mark_of"]
