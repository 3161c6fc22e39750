"""`python -m medianest.healthcheck`: by its exit status, whether the service of this container can work.

Engines ask every few seconds of every container, so it reads nothing but the standard library: 0.06 s of a processor
instead of 0.4.
"""

import os
import sys
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

_ASK_SECONDS = 4.0
# Engines hand the proxies of their own settings to every container, and this is our own address.
_open = build_opener(ProxyHandler({})).open


def is_ready(port: int) -> bool:
    """Whether the service at this port of this machine says that it can work."""
    try:
        with _open(f"http://127.0.0.1:{port}/health/ready", timeout=_ASK_SECONDS) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    asked = os.environ.get("MEDIANEST_OPS_PORT") or os.environ.get("MEDIANEST_PORT") or "8585"
    sys.exit(0 if is_ready(int(asked)) else 1)
