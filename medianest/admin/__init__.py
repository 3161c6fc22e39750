"""`medianest admin`: what whoever runs the installation can do without an account in it."""

from medianest.admin.commands import admin

__all__ = ["admin"]
