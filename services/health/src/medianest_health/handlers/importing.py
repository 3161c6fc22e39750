"""Taking over what another watcher watches."""

from medianest_common.contracts.health.importing import ImportUptimeKuma, KumaImport
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.import_uptime_kuma import import_uptime_kuma


@handlers.rpc
async def on_import_uptime_kuma(command: ImportUptimeKuma, app: HealthApp) -> KumaImport:
    return await import_uptime_kuma(app, command)
