"""What a home installation has read once it is up: what is seldom needed waits until it is."""

import subprocess
import sys

SELDOM = {
    "alembic": "the migrations, and then only where there is one to do",
    "yt_dlp": "the children that download",
    "webauthn": "passkeys",
    "OpenSSL": "passkeys",
    "pyasn1": "passkeys",
    "segno": "setting up an authenticator app",
    "dns.resolver": "monitors of names",
    "jsonpath_rfc9535": "monitors with a JSON path",
    "sentry_sdk": "a Sentry that is set",
    "opentelemetry.sdk": "a collector that is set",
    "medianest_gateway.dashboard.examples": "the description of the interface",
    "medianest_common.contracts.examples": "the description of the interface",
    "medianest_common.testing": "tests",
    "pytest": "tests",
}

_READ_ALL = """
import medianest.cli, medianest.running, medianest_common.lifecycle
from medianest import registry

registry.services()
import sys

print(*sys.modules)
from medianest_common.contracts.media import MediaRequest

print(MediaRequest.__pydantic_complete__)
"""


def test_what_is_seldom_needed_is_not_read_at_the_start() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _READ_ALL], capture_output=True, text=True, check=True, timeout=120
    )
    modules, built = told.stdout.splitlines()
    read = set(modules.split())
    assert "medianest_health.service" in read
    assert {name: need for name, need in SELDOM.items() if name in read} == {}
    assert built == "False", "a contract is built when it is first used"
