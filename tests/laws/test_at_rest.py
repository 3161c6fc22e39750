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
    "rich": "commands that show tables",
    "aiohttp": "monitors that ask over HTTP",
    "ua_parser": "signing in",
}

_READ_ALL = """
import medianest.cli
from medianest_common.without import without_extras

with without_extras():
    from medianest.running import read_services
read_services(["gateway", "auth", "media", "plex", "youtube", "notifications", "health"])
import sys

print(*sys.modules)
from medianest_common.contracts.media import MediaRequest

print(MediaRequest.__pydantic_complete__)
from medianest_common.web import Router

modules = [module for name, module in sys.modules.items() if name.startswith("medianest_gateway.routes.")]
routers = [value for module in modules for value in vars(module).values() if isinstance(value, Router)]
routes = {id(route): route for router in routers for route in router.routes}.values()
print(sum(route.is_worked_out for route in routes))
print(sum(callable(route.app) for route in routes))
"""


def test_what_is_seldom_needed_is_not_read_at_the_start() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _READ_ALL], capture_output=True, text=True, check=True, timeout=120
    )
    modules, built, worked_out, workable = told.stdout.splitlines()
    read = set(modules.split())
    assert "medianest_health.service" in read
    assert {name: need for name, need in SELDOM.items() if name in read} == {}
    assert built == "False", "a contract is built when it is first used"
    assert worked_out == "0", "a route is worked out when it is first asked for"
    assert int(workable) > 300, "and each of them can be"
