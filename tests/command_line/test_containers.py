"""What containers need: secrets that are made once, an honest health check, and files that fit the product."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from medianest import registry
from medianest.containers import write_secrets
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


def test_where_nothing_answers_the_health_check_fails(tmp_path: Path) -> None:
    environment = {**os.environ, "MEDIANEST_OPS_PORT": str(free_port()), "MEDIANEST_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "medianest", "healthcheck"], env=environment, capture_output=True, timeout=180
    )
    assert done.returncode == 1


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
    asked |= set(re.findall(r"\{\$(MEDIANEST_\w+)", (ROOT / "ops" / "Caddyfile").read_text()))
    handbook = (ROOT / "docs" / "operations.md").read_text() + (ROOT / "README.md").read_text()
    assert {name for name in asked if name.removeprefix("MEDIANEST_") not in handbook} == set()
