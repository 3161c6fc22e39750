"""What the gateway hears on the bus."""

from medianest_common.bus import Handlers
from medianest_common.contracts.auth import KeysChanged, SessionRevoked, UserChanged
from medianest_common.contracts.gateway import EraseUserData, UserDataErased
from medianest_common.contracts.notifications import PUSH_ADMINS, PUSH_ALL
from medianest_gateway.app import GatewayApp

handlers = Handlers("gateway")


@handlers.listen(SessionRevoked)
async def close_session(event: SessionRevoked, app: GatewayApp) -> None:
    app.access.revoke(event)
    app.vouching.forget(event.user_id)
    await app.hub.revoke(event)


@handlers.listen(UserChanged)
async def ask_again(event: UserChanged, app: GatewayApp) -> None:
    app.vouching.forget(event.user_id)


@handlers.job()
async def erase_user_data(job: EraseUserData, app: GatewayApp) -> None:
    removed = await app.idempotency.forget(job.user_id)
    await app.bus.emit_now(
        UserDataErased(user_id=job.user_id, removed={"answers": removed} if removed else {})
    )


@handlers.live("push.user.*")
@handlers.live(PUSH_ADMINS)
@handlers.live(PUSH_ALL)
async def push(subject: str, body: bytes, app: GatewayApp) -> None:
    await app.hub.hear(subject, body)


@handlers.listen(KeysChanged)
async def keys_changed(event: KeysChanged, app: GatewayApp) -> None:
    app.access.keys_changed()
