"""The bus: how services ask, tell and hand on work over NATS."""

from medianest_common.bus.client import Bus
from medianest_common.bus.context import (
    Context,
    current,
    require,
    require_caller,
    require_fresh,
    require_operator,
    require_person,
    use,
)
from medianest_common.bus.handlers import Handlers, Raw
from medianest_common.bus.reach import Reach

__all__ = [
    "Bus",
    "Context",
    "Handlers",
    "Raw",
    "Reach",
    "current",
    "require",
    "require_caller",
    "require_fresh",
    "require_operator",
    "require_person",
    "use",
]
