"""Whoever has the key of one service can do on the bus what that service does, and nothing else."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import nats
import nats.errors
import nkeys
import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from medianest import registry
from medianest.admin.asking import operator_on
from medianest.embedded import EmbeddedServers, ServerUrls
from medianest.errors import SetupError
from medianest.installation import without_user
from medianest.testing import PatientBus, Sandbox, eventually, sandbox_on
from medianest_common.bus import Bus, Handlers, Reach
from medianest_common.bus.credentials import credentials
from medianest_common.bus.topology import consumers_for, ensure, streams_for
from medianest_common.bus.violations import NotPermitted
from medianest_common.bus.wire import inbox
from medianest_common.clock import SystemClock
from medianest_common.contracts.auth import GetJwks
from medianest_common.contracts.auth.operator import OperatorListUsers
from medianest_common.contracts.platform import Readiness, ping_subject
from medianest_common.contracts.youtube.queue import STOP_DOWNLOAD
from medianest_common.lifecycle import SERVICES
from medianest_common.seeds import seed_file
from medianest_common.service import Service
from medianest_common.settings import Settings, SettingsError

_TIMEOUT = 30.0

MAY_NOT_PUBLISH = [
    "rpc.auth.get_jwks",
    "rpc.auth.ping",
    "rpc.plex.list_libraries",
    "rpc.media.each_reset_breakers",
    "evt.auth.session.revoked",
    "evt.media.request.created",
    "job.auth.forget_events",
    "job.notifications.send_mail",
    "dlq.evt.auth.session.revoked",
    "live.media.anything",
    "_INBOX.auth.x",
    "_INBOX.plex.x",
    "$JS.API.INFO",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.DELETE.EVT_YOUTUBE",
    "$JS.API.STREAM.PURGE.EVT_YOUTUBE",
    "$JS.API.STREAM.CREATE.EVT_YOUTUBE",
    "$JS.API.STREAM.CREATE.MINE",
    "$JS.API.STREAM.UPDATE.EVT_YOUTUBE",
    "$JS.API.STREAM.DELETE.EVT_AUTH",
    "$JS.API.STREAM.MSG.GET.EVT_AUTH",
    "$JS.API.STREAM.MSG.DELETE.EVT_AUTH",
    "$JS.API.STREAM.MSG.DELETE.DLQ",
    "$JS.API.DIRECT.GET.EVT_AUTH",
    "$JS.API.CONSUMER.MSG.NEXT.EVT_AUTH.media__user_deleted",
    "$JS.API.CONSUMER.CREATE.EVT_AUTH.youtube__mine",
    "$JS.API.CONSUMER.CREATE.EVT_AUTH.youtube__user_deleted.evt.auth.>",
    "$JS.API.CONSUMER.CREATE.EVT_AUTH.media__user_deleted.evt.auth.user.deleted",
    "$JS.API.CONSUMER.DURABLE.CREATE.EVT_AUTH.youtube__user_deleted",
    "$JS.API.CONSUMER.DELETE.EVT_AUTH.youtube__user_deleted",
    "$JS.ACK.EVT_AUTH.media__user_deleted.1.1.1.1.0",
    "$SYS.REQ.SERVER.PING",
]
MAY_NOT_HEAR = [
    ">",
    "*.>",
    "_INBOX.>",
    "_INBOX.auth.>",
    "_INBOX.gateway.>",
    "_INBOX.*.x",
    "rpc.auth.*",
    "rpc.*.*",
    "evt.auth.>",
    "evt.auth.session.revoked",
    "evt.youtube.>",
    "job.youtube.>",
    "push.user.*",
    "push.admins",
    "live.>",
    "dlq.>",
    "$JS.API.>",
    "$SYS.>",
]


class Somebody:
    """At the bus with one user's key. `refused` is what the server said against them."""

    def __init__(self, client: Client, refused: list[str]) -> None:
        self.client = client
        self.refused = refused

    async def is_refused(self) -> str:
        async def said() -> str | None:
            return self.refused[0] if self.refused else None

        return await eventually(said)


@asynccontextmanager
async def at_the_bus(urls: ServerUrls, user: str) -> AsyncIterator[Somebody]:
    assert urls.nats_seeds_dir
    settings = Settings(nats_url=without_user(urls.nats_url), nats_seeds_dir=urls.nats_seeds_dir)
    refused: list[str] = []

    async def heard(error: Exception) -> None:
        refused.append(str(error).lower())

    client = await nats.connect(
        settings.nats_url,
        inbox_prefix=inbox(user).encode(),
        error_cb=heard,
        connect_timeout=int(_TIMEOUT),
        **credentials(settings, user=user).options(),
    )
    try:
        yield Somebody(client, refused)
    finally:
        await client.close()


@pytest.fixture
def urls(servers: EmbeddedServers) -> ServerUrls:
    return servers.urls


@pytest.mark.parametrize("subject", MAY_NOT_PUBLISH)
async def test_youtube_may_not_publish(urls: ServerUrls, subject: str) -> None:
    everything = await nats.connect(urls.nats_url, connect_timeout=int(_TIMEOUT))
    try:
        heard = await everything.subscribe(subject)
        await everything.flush(int(_TIMEOUT))
        async with at_the_bus(urls, "youtube") as youtube:
            await youtube.client.publish(subject, b"{}", reply=youtube.client.new_inbox())
            assert "permissions violation for publish" in await youtube.is_refused()
            await youtube.client.flush(int(_TIMEOUT))
        await everything.flush(int(_TIMEOUT))
        assert heard.pending_msgs == 0
    finally:
        await everything.close()


@pytest.mark.parametrize("subject", MAY_NOT_HEAR)
async def test_youtube_may_not_hear(urls: ServerUrls, subject: str) -> None:
    async with at_the_bus(urls, "youtube") as youtube:
        await youtube.client.subscribe(subject)
        assert "permissions violation for subscription" in await youtube.is_refused()


async def test_nobody_makes_others_permit_them_something_by_naming_it_as_where_the_answer_goes(
    urls: ServerUrls,
) -> None:
    async with at_the_bus(urls, "youtube") as youtube:
        own = await youtube.client.subscribe(STOP_DOWNLOAD)
        await youtube.client.publish(STOP_DOWNLOAD, b"", reply="rpc.auth.get_jwks")
        heard = await own.next_msg(timeout=_TIMEOUT)
        assert not youtube.refused
        await heard.respond(b"{}")
        assert "rpc.auth.get_jwks" in await youtube.is_refused()


@pytest.mark.parametrize("user", SERVICES)
async def test_every_service_is_refused_the_events_of_another(urls: ServerUrls, user: str) -> None:
    other = "media" if user != "media" else "plex"
    async with at_the_bus(urls, user) as somebody:
        await somebody.client.publish(f"evt.{user}.thing.happened", b"{}")
        await somebody.client.flush(int(_TIMEOUT))
        assert not somebody.refused
        if user == "health":
            # It gives dead letters to their handlers once more.
            return
        await somebody.client.publish(f"evt.{other}.thing.happened", b"{}")
        assert f"evt.{other}.thing.happened" in await somebody.is_refused()


async def test_nobody_comes_in_with_a_key_that_the_server_does_not_know(urls: ServerUrls) -> None:
    unknown = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode()
    for seed in (unknown, None):
        with pytest.raises(nats.errors.Error, match=r"(?i)authorization"):
            await nats.connect(
                without_user(urls.nats_url),
                nkeys_seed_str=seed,
                allow_reconnect=False,
                connect_timeout=int(_TIMEOUT),
                error_cb=_quiet,
            )


async def _quiet(_: Exception) -> None:
    """It is raised as well."""


async def test_keys_are_for_nobody_else_to_read(urls: ServerUrls, tmp_path: Path) -> None:
    assert urls.nats_seeds_dir
    for user in SERVICES:
        assert seed_file(urls.nats_seeds_dir, user).stat().st_mode & 0o777 == 0o600
    settings = Settings(nats_url="nats://elsewhere:4222", nats_seeds_dir=tmp_path)
    with pytest.raises(SettingsError, match="nats-users"):
        credentials(settings, user="media")
    seed = seed_file(tmp_path, "media")
    seed.parent.mkdir()
    seed.write_text("SU…", encoding="utf-8")
    seed.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        credentials(settings, user="media")


@pytest.fixture
async def sandbox(servers: EmbeddedServers, tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with sandbox_on(servers.urls, tmp_path) as sandbox:
        yield sandbox


async def test_the_gateway_asks_what_people_may_ask_and_not_what_the_operator_may(sandbox: Sandbox) -> None:
    await sandbox.start(registry.service("auth"))
    async with at_the_bus(sandbox.urls, "gateway") as gateway:
        bus = PatientBus(gateway.client, service="gateway", clock=sandbox.clock)
        assert (await bus.call(GetJwks())).keys
        assert await sandbox.bus.call(OperatorListUsers())
        await gateway.client.publish(OperatorListUsers.subject, b"{}", reply=gateway.client.new_inbox())
        assert OperatorListUsers.subject in await gateway.is_refused()


async def test_what_is_refused_is_counted_shown_and_told_to_whoever_asked(sandbox: Sandbox) -> None:
    sandbox.lets_be_refused = True
    buses: list[Bus] = []

    @asynccontextmanager
    async def open_app(runtime: Any) -> AsyncIterator[None]:
        buses.append(runtime.bus)
        yield

    async def ready() -> Readiness:
        body = await sandbox.bus.ask(ping_subject("youtube"), timeout=_TIMEOUT)
        return Readiness.model_validate_json(body)

    handlers = Handlers("youtube")
    await sandbox.start(
        Service(name="youtube", handlers=handlers, open_app=open_app, reach=Reach(pushes=True)),
        registry.service("auth"),
    )
    assert "bus_permissions" not in {check.name for check in (await ready()).checks}
    before = _violations()
    with capture_logs() as logs, pytest.raises(NotPermitted, match=r"rpc\.auth\.get_jwks"):
        await buses[0].call(GetJwks(), timeout=5)
    assert _violations() == before + 1
    told = [line for line in logs if line["event"] == "bus_violation"]
    assert [(line["log_level"], line["subject"]) for line in told] == [("error", "rpc.auth.get_jwks")]
    shown = {check.name: check for check in (await ready()).checks}["bus_permissions"]
    assert shown.status == "degraded" and shown.message == "the bus has refused: publish rpc.auth.get_jwks"


def _violations() -> float:
    return REGISTRY.get_sample_value("medianest_bus_violations_total", {"service": "youtube"}) or 0


async def test_an_installation_of_before_goes_on_with_keys(tmp_path: Path) -> None:
    """What it holds is kept, its password is the operator's, and the keys come with the first start."""
    nats_only = partial(EmbeddedServers, database_url="postgresql://a/b", valkey_url="redis://a")
    async with nats_only(tmp_path) as servers:
        client = await nats.connect(servers.urls.nats_url, connect_timeout=int(_TIMEOUT))
        js = client.jetstream(timeout=_TIMEOUT)
        await ensure(js, streams=streams_for(SERVICES))
        before = ConsumerConfig(
            durable_name="youtube__user_deleted", filter_subject="evt.auth.user.deleted", ack_wait=7
        )
        await js.add_consumer("EVT_AUTH", before)
        await js.publish("evt.auth.user.deleted", b"{}")
        await client.close()
        password = json.loads((tmp_path / "servers" / "state.json").read_text())["nats_password"]
    for seed in (tmp_path / "secrets" / "bus").glob("*/seed"):
        seed.unlink()
    async with nats_only(tmp_path) as servers:
        assert password in servers.urls.nats_url
        async with at_the_bus(servers.urls, "youtube") as youtube:
            js = youtube.client.jetstream(timeout=_TIMEOUT)
            consumers = [
                each
                for each in consumers_for(registry.service("youtube").handlers)
                if each.config.durable_name == before.durable_name
            ]
            await ensure(js, needed=("EVT_YOUTUBE",), consumers=consumers)
            info = await js.consumer_info("EVT_AUTH", "youtube__user_deleted")
            assert info.config.ack_wait == 30 and info.num_pending == 1
            assert not youtube.refused


async def test_inboxes_cannot_be_guessed_from_one_another(urls: ServerUrls) -> None:
    async with at_the_bus(urls, "gateway") as gateway:
        Bus(gateway.client, service="gateway", clock=SystemClock())
        names = {gateway.client.new_inbox().rpartition(".")[2] for _ in range(100)}
    assert len({name[:12] for name in names}) == 100


async def test_the_operator_is_told_to_start_a_service_whose_key_is_elsewhere(
    urls: ServerUrls, tmp_path: Path
) -> None:
    present = Settings(nats_url=urls.nats_url, nats_seeds_dir=tmp_path)
    with pytest.raises(SetupError, match="Start it, then run this again"):
        async with operator_on(present, patience=0, service="youtube"):
            pass
