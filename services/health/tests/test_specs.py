"""What a monitor is made with is kept in two parts, and only one of them can be read in the database."""

from typing import Any

import pytest

from medianest_common.clock import uuid7
from medianest_common.security.encryption import KeyRing
from medianest_health.models import Monitor
from medianest_health.repository.specs import SpecUnreadable, seal_secrets, spec_from, spec_of, stored

GIVEN: list[dict[str, Any]] = [
    {
        "kind": "http",
        "url": "https://cloud.example/api",
        "method": "POST",
        "headers": {"X-Api-Key": "hush-1", "X-Other": "hush-2"},
        "username": "olive",
        "password": "hush-3",
        "json_path": "$.ok",
    },
    {"kind": "tcp", "host": "nas", "port": 22},
    {"kind": "sonarr", "url": "http://sonarr:8989/base", "api_key": "hush-4"},
    {"kind": "sonarr", "url": "http://sonarr:8989/base"},
    {"kind": "qbittorrent", "url": "http://q:8080", "username": "admin", "password": "hush-5"},
    {"kind": "dns", "name": "example.org", "record": "MX"},
    {"kind": "push", "grace_seconds": 120},
]


@pytest.fixture
def keys() -> KeyRing:
    return KeyRing.generate()


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: given["kind"])
def test_comes_back_as_it_was_given(given: dict[str, Any], keys: KeyRing) -> None:
    monitor, cipher, spec = Monitor(id=uuid7()), keys.cipher("monitor"), spec_from(given)
    monitor.config, secrets = stored(spec)
    monitor.secrets_sealed = seal_secrets(cipher, monitor.id, secrets)
    assert spec_of(monitor, cipher=cipher) == spec
    assert "hush" not in f"{monitor.config} {monitor.secrets_sealed} {spec!r}"


def test_opens_for_no_other_monitor(keys: KeyRing) -> None:
    monitor, cipher = Monitor(id=uuid7()), keys.cipher("monitor")
    monitor.config, secrets = stored(spec_from(GIVEN[0]))
    monitor.secrets_sealed = seal_secrets(cipher, uuid7(), secrets)
    with pytest.raises(SpecUnreadable):
        spec_of(monitor, cipher=cipher)


def test_what_another_version_wrote_is_not_taken_for_something_else(keys: KeyRing) -> None:
    monitor = Monitor(id=uuid7(), config={"kind": "telegraph"}, secrets_sealed=None)
    with pytest.raises(SpecUnreadable):
        spec_of(monitor, cipher=keys.cipher("monitor"))
