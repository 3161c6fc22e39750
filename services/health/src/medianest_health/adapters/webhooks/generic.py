"""What scripts of the household say. `{"event": "down", "monitor": "Backup", "message": "…"}`, and the same with `up`,
is about something that is watched; the rest that is known is said as Sonarr says it."""

from typing import Any

from medianest_common.contracts.health.webhooks import WebhookSource
from medianest_health.adapters.webhooks.arr import read_arr
from medianest_health.adapters.webhooks.fields import event_name, line, mark_of
from medianest_health.adapters.webhooks.heard import Grievance, Heard, Turn

_TURNS = {"up": True, "down": False}


def read_generic(name: str, document: dict[str, Any], *, delivery_id: str | None, otherwise: str) -> Heard:
    """One that is delivered twice has the same id, whatever it says."""
    mark = mark_of([delivery_id]) if delivery_id else otherwise
    event = event_name(document.get("event") or document.get("eventType") or document.get("type"))
    if event in _TURNS:
        monitor = line(document.get("monitor"), 80) or name
        message = line(document.get("message"), 300)
        turn = Turn(f"generic:{name}:{monitor}", None, monitor, _TURNS[event], message)
        return Heard(instance=name, event=event, is_known=True, mark=mark, meanings=[turn])
    heard = read_arr(WebhookSource.GENERIC, document | {"eventType": event}, otherwise=otherwise)
    complaints = [each for each in heard.meanings if isinstance(each, Grievance)]
    is_known = bool(complaints) or event == "Test"
    instance = line(document.get("instanceName"), 60) or name
    return Heard(instance=instance, event=event, is_known=is_known, mark=mark, meanings=complaints)
