"""Passwords: which are accepted, and how they are kept."""

from medianest_auth.passwords.hasher import Hasher
from medianest_auth.passwords.policy import PasswordPolicy, normalised

__all__ = ["Hasher", "PasswordPolicy", "normalised"]
