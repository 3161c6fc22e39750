"""Taking over what an Overseerr has from before."""

from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.media import importing
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases import resume_import
from medianest_media.use_cases.go_on_importing import go_on_importing
from medianest_media.use_cases.import_overseerr import operator_start_import, start_import
from medianest_media.use_cases.imported_people import erase_imported_person, list_imported_people
from medianest_media.use_cases.name_imported import name_imported
from medianest_media.use_cases.show_imports import (
    get_imports,
    list_findings,
    operator_get_imports,
    operator_list_findings,
)

NAME_SECONDS = 5.0


@handlers.rpc
async def on_start_import(command: importing.StartImport, app: MediaApp) -> importing.ImportRun:
    return await start_import(app, command)


@handlers.rpc
async def on_get_imports(query: importing.GetImports, app: MediaApp) -> importing.LastImports:
    return await get_imports(app, query)


@handlers.rpc
async def on_list_findings(query: importing.ListFindings, app: MediaApp) -> Page[importing.Finding]:
    return await list_findings(app, query)


@handlers.rpc
async def on_list_people(
    query: importing.ListImportedPeople, app: MediaApp
) -> Page[importing.ImportedPerson]:
    return await list_imported_people(app, query)


@handlers.rpc
async def on_erase_person(command: importing.EraseImportedPerson, app: MediaApp) -> Nothing:
    return await erase_imported_person(app, command)


@handlers.rpc
async def on_operator_start(command: importing.OperatorStartImport, app: MediaApp) -> importing.ImportRun:
    return await operator_start_import(app, command)


@handlers.rpc
async def on_operator_look(query: importing.OperatorGetImports, app: MediaApp) -> importing.LastImports:
    return await operator_get_imports(app, query)


@handlers.rpc
async def on_operator_findings(
    query: importing.OperatorListFindings, app: MediaApp
) -> Page[importing.Finding]:
    return await operator_list_findings(app, query)


@handlers.job(concurrency=1, ack_wait=60)
async def on_go_on_importing(job: importing.GoOnImporting, app: MediaApp) -> None:
    await go_on_importing(app, job)


handlers.every(resume_import.LOOK_SECONDS)(resume_import.resume_import)
handlers.every(NAME_SECONDS)(name_imported)
