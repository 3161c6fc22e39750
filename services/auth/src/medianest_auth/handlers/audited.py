"""What administrators change in other services, for the audit log."""

from medianest_auth.app import AuthApp
from medianest_auth.handlers.base import handlers
from medianest_common.contracts.media.defaults import DefaultsChanged
from medianest_common.contracts.media.importing import ImportedPersonErased
from medianest_common.db import Transaction


@handlers.on(DefaultsChanged)
async def on_defaults_changed(event: DefaultsChanged, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx,
        "request_defaults_change",
        actor_id=event.actor_id,
        target=f"request_defaults:{event.media_type.value}",
    )


@handlers.on(ImportedPersonErased)
async def on_imported_person_erased(event: ImportedPersonErased, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx, "imported_person_erase", actor_id=event.actor_id, target=f"imported_person:{event.kept_as}"
    )
