"""What Uptime Kuma says, once something it watches has turned."""

from typing import Any

from medianest_health.adapters.uptime_kuma.wording import one_line
from medianest_health.adapters.webhooks.fields import line, mark_of, part, positive, whole
from medianest_health.adapters.webhooks.heard import Heard, Turn

_DOWN, _UP, _PENDING, _MAINTENANCE = range(4)
_EVENTS = {_DOWN: "down", _UP: "up", _PENDING: "pending", _MAINTENANCE: "maintenance"}
_INSTANCE = "Uptime Kuma"


def read_kuma(document: dict[str, Any], *, otherwise: str) -> Heard:
    """Its tests and its warnings of certificates come without a heartbeat, as nothing but a sentence."""
    heartbeat, monitor = part(document, "heartbeat"), part(document, "monitor")
    if not heartbeat and "msg" in document:
        return Heard(instance=_INSTANCE, event="message", is_known=True, mark=otherwise)
    status = whole(heartbeat.get("status"))
    number = positive(heartbeat.get("monitorID")) or positive(monitor.get("id"))
    name = _name(monitor)
    event = _EVENTS.get(status, "") if status is not None else ""
    turns = status in (_DOWN, _UP)
    return Heard(
        instance=_INSTANCE,
        event=event,
        is_known=bool(event) and (name is not None or not turns),
        mark=mark_of([number, name, status, line(heartbeat.get("time"))]) if event else otherwise,
        meanings=[_turn(heartbeat, number, name, is_up=status == _UP)]
        if turns and name and not _speaks_for_others(monitor)
        else [],
    )


def _name(monitor: dict[str, Any]) -> str | None:
    """As it is called where it was taken over."""
    name = monitor.get("name")
    return one_line(name, otherwise="") or None if isinstance(name, str) else None


def _speaks_for_others(monitor: dict[str, Any]) -> bool:
    """A group is down because one of its monitors is, which tells so itself."""
    return monitor.get("type") == "group" and bool(monitor.get("childrenIDs"))


def _turn(heartbeat: dict[str, Any], number: int | None, name: str, *, is_up: bool) -> Turn:
    """Two of them in one household number their monitors alike, so the name belongs to it."""
    return Turn(
        ref=f"uptime-kuma:{number or ''}:{name}",
        number=number,
        name=name,
        is_up=is_up,
        message=None if is_up else line(heartbeat.get("msg"), 300),
    )
