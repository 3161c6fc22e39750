"""One line for each thing that happened, in JSON for machines or coloured for a terminal, without secrets."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from medianest_common.bus.context import log_fields
from medianest_common.frequent_lines import frequent_lines
from medianest_common.reporting import service_name, tell_of_faults
from medianest_common.security.redaction import RedactionProcessor
from medianest_common.settings import Settings


def configure(settings: Settings) -> None:
    """Route structlog and the standard library's loggers through the same processors; may be called again."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _correlate,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_of_faults,
        structlog.processors.format_exc_info,
        RedactionProcessor(),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    if as_json and root.isEnabledFor(logging.INFO):
        frequent_lines.open(handler)
    else:
        frequent_lines.close()
    for noisy in ("httpx", "httpcore", "uvicorn.access", "nats", "faststream", "asyncio", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Which tells the heads of WebSockets, cookies and all, to whoever wants to know everything.
    logging.getLogger("uvicorn.error").setLevel(max(root.level, logging.INFO))


def _correlate(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    fields: dict[str, Any] = log_fields() | {"service": service_name.get()}
    for name, value in fields.items():
        event.setdefault(name, value)
    return event
