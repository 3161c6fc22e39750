from collections.abc import Mapping, Sequence
from typing import Any

SAMPLES: Mapping[str, Sequence[dict[str, Any]]] = {
    "broadcast": [
        {"title": "Maintenance tonight", "message": "From 22:00 on nothing can be watched for about an hour."}
    ],
}
