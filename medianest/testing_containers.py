"""The same servers as containers, through testcontainers: what the Compose file runs.

Needs an engine at `DOCKER_HOST`, on this machine. For podman also `TESTCONTAINERS_RYUK_DISABLED=true` and
`TESTCONTAINERS_CONNECTION_MODE=docker_host`.
"""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from medianest.bus_users import users
from medianest.embedded import ServerUrls

_NATS_PORT = 4222
_VALKEY_PORT = 6379
_CONFIGURATION = """\
max_payload: 1MB
authorization {{ timeout: 5, users: [
  {{ user: medianest, password: "{password}" }}
{users}
] }}
jetstream {{ store_dir: /data }}
"""


@contextmanager
def containers(folder: Path) -> Iterator[ServerUrls]:
    """`folder` is for what they are told, and for the keys of the bus."""
    seeds, configuration, password = folder / "bus", folder / "nats.conf", secrets.token_hex(16)
    configuration.write_text(
        _CONFIGURATION.format(password=password, users=users(seeds, with_operator=False))
    )
    configuration.chmod(0o644)
    with ExitStack() as stack:
        nats = DockerContainer("nats:2.15-alpine").with_exposed_ports(_NATS_PORT)
        nats.with_volume_mapping(str(configuration), "/etc/nats/nats.conf").with_command(
            "-c /etc/nats/nats.conf"
        )
        nats.waiting_for(LogMessageWaitStrategy("Server is ready"))
        valkey = DockerContainer("valkey/valkey:9-alpine").with_exposed_ports(_VALKEY_PORT)
        valkey.waiting_for(LogMessageWaitStrategy("Ready to accept connections"))
        postgres = PostgresContainer("postgres:18-alpine", dbname="medianest").with_env("LANG", "C.UTF-8")
        # What a test has written need not outlive the machine.
        postgres.with_command("postgres -c max_connections=300 -c fsync=off -c synchronous_commit=off")
        for container in (nats, valkey, postgres):
            stack.enter_context(container)
        yield ServerUrls(
            nats_url=f"nats://medianest:{password}@{_address(nats, _NATS_PORT)}",
            database_url=postgres.get_connection_url(driver=None),
            valkey_url=f"redis://{_address(valkey, _VALKEY_PORT)}/0",
            nats_seeds_dir=seeds,
        )


def _address(container: DockerContainer, port: int) -> str:
    return f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"
