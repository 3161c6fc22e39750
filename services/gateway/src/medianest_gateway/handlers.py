"""What the gateway hears on the bus."""

from medianest_common.bus import Handlers
from medianest_common.contracts.auth import KeysChanged, SessionRevoked, UserChanged
from medianest_common.contracts.gateway import EraseUserData, UserDataErased
from medianest_common.contracts.health import MONITOR_CHANGED
from medianest_common.contracts.live import Renew
from medianest_common.contracts.notifications import PUSH_ADMINS, PUSH_ALL
from medianest_common.contracts.personal import NOBODY
from medianest_common.contracts.platform import REPLICA_HEARD, Announcement
from medianest_common.contracts.plex.access import LibraryAccessChanged
from medianest_common.errors import Unavailable
from medianest_gateway.app import GatewayApp

handlers = Handlers("gateway")

_MONITORS_HIDDEN = Renew(type=MONITOR_CHANGED).model_dump_json().encode()


@handlers.listen(SessionRevoked)
async def close_session(event: SessionRevoked, app: GatewayApp) -> None:
    app.access.revoke(event)
    app.vouching.forget(event.user_id)
    await app.hub.revoke(event)
    if event.session_id is None:
        await app.board.forget(event.user_id)


@handlers.listen(UserChanged)
async def ask_again(event: UserChanged, app: GatewayApp) -> None:
    app.vouching.forget(event.user_id)
    await app.board.forget(event.user_id)


@handlers.listen(LibraryAccessChanged)
async def hide_libraries(event: LibraryAccessChanged, app: GatewayApp) -> None:
    if event.user_id == NOBODY:
        app.board.forget_libraries()
    else:
        await app.board.forget(event.user_id)


@handlers.job()
async def erase_user_data(job: EraseUserData, app: GatewayApp) -> None:
    removed = await app.idempotency.forget(job.user_id)
    if not await app.board.forget(job.user_id):
        raise Unavailable("What was shown on the dashboard could not be forgotten yet.")
    await app.bus.emit_now(
        UserDataErased(user_id=job.user_id, removed={"answers": removed} if removed else {})
    )


@handlers.live("push.user.*")
@handlers.live(PUSH_ADMINS)
@handlers.live(PUSH_ALL)
async def push(subject: str, body: bytes, app: GatewayApp) -> None:
    if body == _MONITORS_HIDDEN:
        app.board.forget_services()
    await app.hub.hear(subject, body)


@handlers.live(REPLICA_HEARD)
async def replica_heard(_: str, body: bytes, app: GatewayApp) -> None:
    app.replicas.hear(Announcement.model_validate_json(body))


@handlers.listen(KeysChanged)
async def keys_changed(event: KeysChanged, app: GatewayApp) -> None:
    app.access.keys_changed()
