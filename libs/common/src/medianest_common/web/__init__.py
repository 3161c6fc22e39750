"""The HTTP side: the application factory, its layers, errors as problem documents, and what routes use."""

from medianest_common.web.app import DESCRIPTION_SECONDS, OPENAPI_PATH, About, create_app
from medianest_common.web.idempotency import IdempotencyStore, Idempotent
from medianest_common.web.late_routes import Router
from medianest_common.web.limiter import Rule
from medianest_common.web.middleware.scopes import Grant, Grants
from medianest_common.web.principal import Authenticator, Principal
from medianest_common.web.problems import problems
from medianest_common.web.responses import PassThrough, cacheable
from medianest_common.web.stack import Stack

__all__ = [
    "DESCRIPTION_SECONDS",
    "OPENAPI_PATH",
    "About",
    "Authenticator",
    "Grant",
    "Grants",
    "IdempotencyStore",
    "Idempotent",
    "PassThrough",
    "Principal",
    "Router",
    "Rule",
    "Stack",
    "cacheable",
    "create_app",
    "problems",
]
