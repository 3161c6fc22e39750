"""What containers need: secrets that are made once, an honest health check, and files that fit the product."""

import os
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from medianest import registry
from medianest.containers import write_secrets
from medianest.embedded.binaries import find_nats
from medianest.testing import free_port
from medianest_common.security.encryption import KeyRing

ROOT = Path(__file__).parents[2]


def test_secrets_are_made_once_and_stay(tmp_path: Path) -> None:
    own, database = tmp_path / "own", tmp_path / "database"
    assert write_secrets(own, database=database) == ["keyring", "password"]
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert write_secrets(own, database=database) == []
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before

    KeyRing.load(own / "keyring")
    assert (database / "password").read_text() in (own / "database_url").read_text()
    assert (own / "keyring").stat().st_mode & 0o077 == 0
    assert (own / "database_url").stat().st_mode & 0o077 == 0


def test_half_made_secrets_are_completed(tmp_path: Path) -> None:
    own, database = tmp_path / "own", tmp_path / "database"
    write_secrets(own, database=database)
    keyring = (own / "keyring").read_bytes()
    (database / "password").unlink()
    assert write_secrets(own, database=database) == ["password"]
    assert (own / "keyring").read_bytes() == keyring
    assert (database / "password").read_text() in (own / "database_url").read_text()


def test_each_user_of_the_bus_has_a_folder_with_its_key_alone_and_the_server_reads_no_secret(
    tmp_path: Path,
) -> None:
    bus = tmp_path / "bus"
    write_secrets(tmp_path / "own", database=tmp_path / "database", bus=bus)
    seeds = {path: path.read_text() for path in bus.glob("*/seed")}
    assert {path.parent.name for path in seeds} == {*registry.ALL, "operator"}
    assert [path.name for path in (bus / "server").iterdir()] == ["users.conf"]
    said = (bus / "server" / "users.conf").read_text()
    assert not any(seed in said for seed in seeds.values())
    subprocess.run([find_nats(None), "-t", "-c", bus / "server" / "users.conf"], check=True, timeout=60)

    (bus / "media" / "seed").unlink()
    # Of a run that was killed.
    left = bus / "server" / "users.conf.new"
    left.write_text("half")
    left.chmod(0o444)
    assert write_secrets(tmp_path / "own", database=tmp_path / "database", bus=bus) == ["media's key"]
    kept = {path: seed for path, seed in seeds.items() if path.parent.name != "media"}
    assert kept.items() < {path: path.read_text() for path in bus.glob("*/seed")}.items()
    users = bus / "server" / "users.conf"
    assert users.read_text() != said and users.stat().st_mode & 0o777 == 0o444 and not left.exists()


@pytest.mark.parametrize("status, outcome", [(200, 0), (503, 1)])
def test_the_health_check_says_what_the_service_says(status: int, outcome: int) -> None:
    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health/ready" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        done = _check(server.server_port)
        server.shutdown()
    assert done == outcome


def test_where_nothing_answers_the_health_check_fails() -> None:
    assert _check(free_port()) == 1


def _check(port: int) -> int:
    # A proxy of the engine is for the outside.
    proxied = {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    environment = {**os.environ, **proxied, "MEDIANEST_OPS_PORT": str(port)}
    return subprocess.run(
        [sys.executable, "-m", "medianest.healthcheck"], env=environment, timeout=180
    ).returncode


@pytest.fixture(scope="module")
def compose() -> dict[str, dict[str, object]]:
    services: dict[str, dict[str, object]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())[
        "services"
    ]
    return services


def test_every_service_has_a_container_of_its_own(compose: dict[str, dict[str, object]]) -> None:
    for name in registry.ALL:
        assert compose[name]["command"] == ["run", name, "--no-migrate"]
        assert compose[name]["read_only"] is True
        assert compose[name]["cap_drop"] == ["ALL"]


def test_each_setting_that_is_handed_on_exists(compose: dict[str, dict[str, object]]) -> None:
    for name in registry.ALL:
        fields = {f"MEDIANEST_{field.upper()}" for field in registry.service(name).settings.model_fields}
        known = fields | {f"{field}_FILE" for field in fields}
        environment = compose[name]["environment"]
        assert isinstance(environment, dict)
        assert set(environment) - known == set(), name


def test_nothing_is_asked_of_the_environment_that_the_handbook_does_not_name() -> None:
    asked = set(re.findall(r"\$\{(MEDIANEST_\w+)", (ROOT / "docker-compose.yml").read_text()))
    asked |= set(re.findall(r"\{\$(MEDIANEST_\w+)", (ROOT / "ops" / "caddy" / "Caddyfile").read_text()))
    handbook = (ROOT / "docs" / "operations.md").read_text() + (ROOT / "README.md").read_text()
    # Those of a service are tried by `tests/deployment/test_compose.py`; the handbook shortens their names.
    settings = {
        field.upper() for name in registry.ALL for field in registry.service(name).settings.model_fields
    }
    asked = {name.removeprefix("MEDIANEST_") for name in asked} - settings
    assert {name for name in asked if name not in handbook} == set()
