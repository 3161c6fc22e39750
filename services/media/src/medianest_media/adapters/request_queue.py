"""A backend that tells of downloads by request, and has no queue that could be asked as a whole."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from medianest_media.adapters.backend import Backend, Download


class RequestQueue(Protocol):
    async def downloads(self, request_ids: Sequence[int]) -> list[Download]:
        """For these requests of the backend. An error where nobody can say."""
        ...


@runtime_checkable
class HasRequestQueue(Protocol):
    @property
    def queue(self) -> RequestQueue: ...


async def downloads_for(backend: Backend, request_ids: Sequence[int]) -> list[Download]:
    if isinstance(backend, HasRequestQueue):
        return await backend.queue.downloads(request_ids)
    return await backend.downloads()
