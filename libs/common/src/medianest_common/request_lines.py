"""The line of a request that was answered: by far the most frequent one."""

from typing import NamedTuple

from medianest_common.frequent_lines import quoted
from medianest_common.security.redaction import redact_text


class RequestLine(NamedTuple):
    """`path` is given where no route has taken it; it is a stranger's text."""

    method: str
    route: str | None
    path: str
    status: int
    ms: float
    bytes: int
    client: str
    user: str | None
    correlation_id: str
    service: str
    timestamp: str
    """ISO 8601, in UTC."""

    def as_json(self) -> str:
        """Only what may hold other than plain letters is escaped."""
        route = self.route if self.route is not None else redact_text(self.path)
        user = f'"{self.user}"' if self.user else "null"
        return (
            f'{{"method": "{self.method}", "route": {quoted(route)}, "status": {self.status}, "ms": {self.ms}, '
            f'"bytes": {self.bytes}, "client": {quoted(self.client)}, "user": {user}, "event": "request", '
            f'"correlation_id": {quoted(self.correlation_id)}, '
            f'"service": "{self.service}", "level": "info", "timestamp": "{self.timestamp}"}}\n'
        )
