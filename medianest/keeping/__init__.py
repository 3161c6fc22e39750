"""Keeping an installation: a backup of everything that cannot be had again, and its way back."""
