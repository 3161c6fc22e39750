"""What every MediaNest service is built from."""

import sys

# Where OpenTelemetry is installed redis-py reads all of its metrics, for figures that nobody asks it for: 2 MB, 30 ms
# in every process. Told that they are not there it goes without; `tracing` takes this back.
sys.modules.setdefault("opentelemetry.sdk.metrics", None)  # type: ignore[arg-type]
