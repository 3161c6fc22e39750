from medianest_common.bus import require, require_caller
from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.health.errors import (
    CountErrors,
    DeleteError,
    ErrorCounts,
    ErrorDetails,
    ErrorSummary,
    GetError,
    ListErrors,
    ReportError,
    ResolveError,
)
from medianest_common.contracts.identity import Permission
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.count_errors import count_errors
from medianest_health.use_cases.delete_error import delete_error
from medianest_health.use_cases.get_error import get_error
from medianest_health.use_cases.list_errors import list_errors
from medianest_health.use_cases.report_error import report_error
from medianest_health.use_cases.resolve_error import resolve_error


@handlers.rpc
async def on_report_error(command: ReportError, app: HealthApp) -> Nothing:
    require_caller()
    await report_error(app, command)
    return Nothing()


@handlers.rpc
async def on_list_errors(query: ListErrors, app: HealthApp) -> Page[ErrorSummary]:
    require(Permission.SEE_INTERNALS)
    return await list_errors(app, query)


@handlers.rpc
async def on_get_error(query: GetError, app: HealthApp) -> ErrorDetails:
    require(Permission.SEE_INTERNALS)
    return await get_error(app, query.id)


@handlers.rpc
async def on_resolve_error(command: ResolveError, app: HealthApp) -> ErrorDetails:
    require(Permission.MANAGE_MONITORS)
    return await resolve_error(app, command.id)


@handlers.rpc
async def on_delete_error(command: DeleteError, app: HealthApp) -> Nothing:
    require(Permission.MANAGE_MONITORS)
    await delete_error(app, command.id)
    return Nothing()


@handlers.rpc
async def on_count_errors(query: CountErrors, app: HealthApp) -> ErrorCounts:
    require(Permission.SEE_INTERNALS)
    return await count_errors(app)
