"""Which Uptime Kuma is meant, from what people copy out of their browser."""

import re
from dataclasses import dataclass
from typing import Self

import httpx

from medianest_common.addresses import AddressPolicy
from medianest_common.http import parse_url

POLICY = AddressPolicy.MONITOR
"""An administrator names it, and it often runs on the same machine."""

_PAGE = re.compile(
    r"/(dashboard|list|add|add-maintenance|add-status-page|maintenance|manage-status-page|settings|setup|metrics|status"
    r"|socket\.io)(/[^/]*)*$"
)
_STATUS_PAGE = re.compile(r"/status/(?P<slug>[A-Za-z0-9-]+)/?$")


@dataclass(frozen=True, slots=True)
class KumaAddress:
    base: httpx.URL
    slug: str | None
    """Of the status page that was named along."""

    @classmethod
    def of(cls, text: str) -> Self:
        """Raises `AddressRefused`."""
        url = parse_url(text.strip().partition("#")[0].partition("?")[0], policy=POLICY)
        page = _STATUS_PAGE.search(url.path)
        return cls(
            base=url.copy_with(path=_PAGE.sub("", url.path).rstrip("/") or "/"),
            slug=page["slug"] if page else None,
        )

    @property
    def path(self) -> str:
        return self.base.path.rstrip("/")

    @property
    def url(self) -> str:
        return f"{self.base.scheme}://{self.base.netloc.decode()}{self.path}"

    @property
    def origin(self) -> str:
        return f"{self.base.scheme}://{self.base.netloc.decode()}"

    @property
    def ref(self) -> str:
        """What the numbers of its monitors are told apart by from those of another Uptime Kuma."""
        return f"kuma:{self.base.netloc.decode()}{self.path}"
