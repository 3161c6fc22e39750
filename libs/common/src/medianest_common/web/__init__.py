"""The HTTP side: the application factory, its middleware, and errors as problem documents."""

from medianest_common.web.app import OPENAPI_PATH, Stack, create_app
from medianest_common.web.idempotency import IdempotencyStore, Idempotent
from medianest_common.web.middleware.rate_limit import Rule
from medianest_common.web.principal import Authenticator, Principal
from medianest_common.web.problems import problems

__all__ = [
    "OPENAPI_PATH",
    "Authenticator",
    "IdempotencyStore",
    "Idempotent",
    "Principal",
    "Rule",
    "Stack",
    "create_app",
    "problems",
]
