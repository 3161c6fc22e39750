"""The same servers as containers, through testcontainers: what the Compose file runs.

Needs an engine at `DOCKER_HOST`. For podman also `TESTCONTAINERS_RYUK_DISABLED=true` and
`TESTCONTAINERS_CONNECTION_MODE=docker_host`.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from testcontainers.community.nats import NatsContainer
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from medianest.embedded import ServerUrls

_VALKEY_PORT = 6379


@contextmanager
def containers() -> Iterator[ServerUrls]:
    with ExitStack() as stack:
        nats = stack.enter_context(NatsContainer("nats:2-alpine").with_command("-js -m 8222"))
        postgres = stack.enter_context(PostgresContainer("postgres:18-alpine", dbname="medianest"))
        valkey = DockerContainer("valkey/valkey:9-alpine").with_exposed_ports(_VALKEY_PORT)
        valkey.waiting_for(LogMessageWaitStrategy("Ready to accept connections"))
        stack.enter_context(valkey)
        host, port = valkey.get_container_host_ip(), valkey.get_exposed_port(_VALKEY_PORT)
        yield ServerUrls(
            nats_url=nats.nats_uri(),
            database_url=postgres.get_connection_url(driver=None),
            valkey_url=f"redis://{host}:{port}/0",
        )
