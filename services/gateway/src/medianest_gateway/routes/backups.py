"""Backups: which there are, one more, and where one may be had."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path, Response
from starlette.responses import StreamingResponse

from medianest_common.bus import Bus, current, require, require_caller, use
from medianest_common.contracts.gateway import AdminDecided
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.keeping import (
    Backup,
    BackupDownload,
    Backups,
    DeleteBackup,
    MakeBackup,
    OpenBackup,
    ReadBackupPiece,
)
from medianest_common.web import Router, problems
from medianest_common.web.responses import WITH_SECRETS
from medianest_gateway.grants import API
from medianest_gateway.keeping import ask, backups_of
from medianest_gateway.routes.common import Gateway

router = Router(
    prefix="/admin/backups", tags=["Administration"], responses=problems(401, 403, 409, 422, 429, 503, 504)
)

_PIECE_SECONDS = 30.0
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The file, as it lies in its folder"}
}

Name = Annotated[str, Path(max_length=80)]


@router.get("", response_model=Backups)
async def read_backups(gateway: Gateway) -> Backups:
    """The newest first, where they lie, and what is being done just now. `place` is null where nobody makes any: the
    process that runs all services does, and in containers the one of the profile `backup`."""
    require(Permission.MANAGE_SERVICES)
    return await backups_of(gateway.bus)


@router.post("", status_code=202, response_model=Backups)
async def make_backup(gateway: Gateway) -> Backups:
    """Begins one, while people use the portal; older ones are removed afterwards as the settings say. 409 while one is
    being made, or where nobody makes any."""
    require(Permission.MANAGE_SERVICES)
    return await ask(gateway.bus, MakeBackup())


@router.post("/{name}/download", response_model=BackupDownload, responses=problems(404))
async def open_backup(gateway: Gateway, name: Name) -> BackupDownload:
    """Where it may be had, for whoever has proved who they are within the last ten minutes. One that is not encrypted
    holds all keys, and is for the owner alone."""
    found = await ask(gateway.bus, OpenBackup(name=name))
    path = f"{API}/admin/backups/{quote(found.name)}/file"
    return BackupDownload(path=path, bytes=found.bytes, encrypted=found.encrypted)


@router.get("/{name}/file", response_class=Response, responses={**_FILE, **problems(404)})
async def download_backup(gateway: Gateway, name: Name) -> Response:
    """As it lies in its folder, sent as it is read. Whoever has it and, where it is encrypted, its passphrase has
    everything."""
    found = await ask(gateway.bus, OpenBackup(name=name))
    decided = AdminDecided(
        action="backup_download", about=f"backup:{found.name}", actor_id=require_caller().user_id
    )
    await gateway.bus.emit_now(decided)
    return StreamingResponse(
        _pieces(gateway.bus, found),
        media_type="application/octet-stream",
        headers={
            **WITH_SECRETS,
            "Content-Length": str(found.bytes),
            "Content-Disposition": f'attachment; filename="{found.name}"',
            # nginx would otherwise write all of it to its own disk first.
            "X-Accel-Buffering": "no",
        },
    )


@router.delete("/{name}", status_code=204, responses=problems(404))
async def delete_backup(gateway: Gateway, name: Name) -> None:
    """For good, and only for whoever has proved who they are within the last ten minutes."""
    await ask(gateway.bus, DeleteBackup(name=name))


async def _pieces(bus: Bus, backup: Backup) -> AsyncIterator[bytes]:
    """It may last as long as it will, and each piece only so long. What was cut short is seen by its length."""
    context = replace(current(), deadline=None)
    start = 0
    while start < backup.bytes:
        with use(context):
            piece, _ = await bus.call_bytes(
                ReadBackupPiece(name=backup.name, start=start), timeout=_PIECE_SECONDS
            )
        if not piece:
            return
        start += len(piece)
        yield piece
