"""What has to be true of every service, written once: a service's tests inherit it and name their service.

    class TestMedia(ServiceBehaviour):
        service = SERVICE

The `sandbox` fixture is that of `medianest.testing`.
"""

import asyncio
import json
from typing import Any, ClassVar

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from medianest_common.bus.topology import consumers_for
from medianest_common.contracts.platform import CheckStatus, Readiness, ping_subject
from medianest_common.db.migrate import head_of, versions_dir
from medianest_common.db.roles import role_url
from medianest_common.lifecycle import load_keys, role_secret, running
from medianest_common.service import Service
from medianest_common.settings import load

GARBAGE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe\x00",
    b'{"' + b"a" * 10_000 + b'": 1}',
    b"[" * 2000,
]


class ServiceBehaviour:
    service: ClassVar[Service]
    settings: ClassVar[dict[str, Any]] = {}

    async def test_it_says_that_it_is_there_and_what_it_needs(self, sandbox: Any) -> None:
        await sandbox.start(self.service, **self.settings)
        readiness = Readiness.model_validate_json(
            await sandbox.bus.ask(ping_subject(self.service.name), timeout=5)
        )
        assert readiness.service == self.service.name
        assert readiness.status is not CheckStatus.DOWN, readiness.checks
        wanted = {"nats", "valkey"} | ({"postgresql"} if self.service.metadata is not None else set())
        assert wanted <= {check.name for check in readiness.checks}

    async def test_it_starts_again_on_what_it_left_behind(self, sandbox: Any) -> None:
        await sandbox.start(self.service, **self.settings)
        await sandbox.stop(self.service.name)
        await sandbox.start(self.service)
        await sandbox.bus.ask(ping_subject(self.service.name), timeout=5)

    async def test_two_replicas_stand_beside_each_other(self, sandbox: Any) -> None:
        await sandbox.start(self.service, **self.settings)
        async with running(self.service, overrides=sandbox.settings):
            seen = {
                Readiness.model_validate_json(answer).instance
                for answer in await asyncio.gather(
                    *(sandbox.bus.ask(ping_subject(self.service.name), timeout=5) for _ in range(40))
                )
            }
        assert len(seen) == 2

    async def test_garbage_is_answered_with_an_error_and_does_no_harm(self, sandbox: Any) -> None:
        await sandbox.start(self.service, **self.settings)
        for rpc in self.service.handlers.rpcs:
            for body in GARBAGE:
                reply = await sandbox.nats.request(rpc.message.subject, body, timeout=10)
                status = (reply.headers or {}).get("Nats-Service-Error-Code")
                required = any(field.is_required() for field in rpc.message.model_fields.values())
                if status is None:
                    assert not required and body.startswith(b"{"), (rpc.message.subject, body[:20])
                    continue
                assert status in ("401", "403", "404", "422", "503"), (rpc.message.subject, body[:20], status)
                assert "code" in json.loads(reply.data)
        await sandbox.bus.ask(ping_subject(self.service.name), timeout=5)

    async def test_every_event_and_job_it_declares_has_its_consumer(self, sandbox: Any) -> None:
        await sandbox.start(self.service, **self.settings)
        for consumer in consumers_for(self.service.handlers):
            info = await sandbox.bus.js.consumer_info(consumer.stream, consumer.config.durable_name)
            assert info.config.filter_subject == consumer.config.filter_subject

    async def test_its_migrations_make_the_tables_that_its_models_describe(self, sandbox: Any) -> None:
        await sandbox.start(self.service, **self.settings)
        if self.service.metadata is None:
            return
        keys = load_keys(load(self.service.settings, **sandbox.settings))
        url = role_url(sandbox.settings["database_url"], self.service.name, secret=role_secret(keys))
        engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
        try:
            async with engine.connect() as connection:
                differences = await connection.run_sync(self._differences)
        finally:
            await engine.dispose()
        assert differences == []
        names = sorted(path.name[:4] for path in versions_dir(self.service).glob("[0-9]*_*.py"))
        assert names == [f"{number:04}" for number in range(1, len(names) + 1)]
        assert names[-1] == head_of(self.service)

    def _differences(self, connection: Connection) -> list[Any]:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        partitions = set(
            connection.execute(text("select relname from pg_class where relispartition")).scalars()
        )

        def ours(_: Any, name: str | None, kind: str, *__: Any) -> bool:
            return not (kind == "table" and (name == "alembic_version" or name in partitions))

        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": ours})
        assert self.service.metadata is not None
        return list(compare_metadata(context, self.service.metadata))
