"""Where people want to be told besides the inbox: making, verifying and trying channels."""

from uuid import UUID

from fastapi import Response

from medianest_common.contracts.notifications import channels
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/notifications/channels",
    tags=["Notifications"],
    responses=problems(401, 403, 422, 429, 503, 504),
)

SENDING_SECONDS = 30.0
"""The provider has a part in these."""


@router.get("", response_model=channels.ChannelList)
async def list_channels(gateway: Gateway) -> Response:
    """The caller's, oldest first. No secret is ever shown."""
    return await passed_through(gateway.bus, channels.ListChannels())


@router.get("/kinds", response_model=channels.ChannelKinds)
async def list_channel_kinds(gateway: Gateway) -> Response:
    """What this installation can use, what each kind is made with, and why the others cannot be used."""
    return await passed_through(gateway.bus, channels.ListChannelKinds(), timeout=5.0)


@router.post("", status_code=201, response_model=channels.ChannelMade, responses=problems(404, 409, 502))
async def create_channel(gateway: Gateway, body: channels.NewChannelBody) -> Response:
    """Sends a code through it, which has to be entered before anything else is sent there; a browser needs none.

    `code` is null where too many have been sent. 409 `CHANNEL_EXISTS` with `channelId` where one leads there already,
    `TOO_MANY_CHANNELS`, `KIND_UNAVAILABLE`.
    """
    message = channels.CreateChannel(channel_kind=body.kind, name=body.name, config=body.config)
    return await passed_through(gateway.bus, message, status=201, timeout=SENDING_SECONDS)


@router.get("/{id:uuid}", response_model=channels.Channel, responses=problems(404))
async def get_channel(gateway: Gateway, id: UUID) -> Response:
    """Secrets are never shown, only which are set."""
    return await passed_through(gateway.bus, channels.GetChannel(id=id))


@router.put("/{id:uuid}", response_model=channels.ChannelMade, responses=problems(404, 409, 502))
async def change_channel(gateway: Gateway, id: UUID, body: channels.ChannelBody) -> Response:
    """The whole of it, but for secrets: those that are left out stay. What leads elsewhere now needs a new code.

    404 `CHANNEL_NOT_FOUND`; 409 `CHANNEL_EXISTS`, `KIND_UNAVAILABLE`, or `CHANNEL_CHANGED` by another device meanwhile.
    """
    message = channels.ChangeChannel(id=id, name=body.name, config=body.config)
    return await passed_through(gateway.bus, message, timeout=SENDING_SECONDS)


@router.delete("/{id:uuid}", status_code=204, responses=problems(404))
async def delete_channel(gateway: Gateway, id: UUID) -> None:
    """What was still to go through it does not."""
    await gateway.bus.call(channels.DeleteChannel(id=id))


@router.post("/{id:uuid}/code", response_model=channels.SendReport, responses=problems(404, 409))
async def send_channel_code(gateway: Gateway, id: UUID) -> Response:
    """Another code, also for a channel that was disabled; the newest is the one that counts.

    404 `CHANNEL_NOT_FOUND`; 409 `CHANNEL_VERIFIED` where none is needed; 429 `TOO_MANY_CODES`: ten an hour for one
    person, and five a day to one target, whoever asks.
    """
    return await passed_through(gateway.bus, channels.SendChannelCode(id=id), timeout=SENDING_SECONDS)


@router.post("/{id:uuid}/verify", response_model=channels.Channel, responses=problems(404, 410))
async def verify_channel(gateway: Gateway, id: UUID, body: channels.CodeBody) -> Response:
    """422 `WRONG_CODE` with `triesLeft`; 410 `CODE_EXPIRED` where it is too old or was tried too often; 404
    `CHANNEL_NOT_FOUND`."""
    return await passed_through(gateway.bus, channels.VerifyChannel(id=id, code=body.code))


@router.post("/{id:uuid}/test", response_model=channels.SendReport, responses=problems(404, 409))
async def try_channel(gateway: Gateway, id: UUID) -> Response:
    """Sends a message now and says what the provider answers, without its secrets. 404 `CHANNEL_NOT_FOUND`; 409
    `CHANNEL_UNVERIFIED`."""
    return await passed_through(gateway.bus, channels.TryChannel(id=id), timeout=SENDING_SECONDS)
