"""Pages for people without an account, as administrators keep them."""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.exc import IntegrityError

from medianest_common.bus import require
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.health import pages
from medianest_common.contracts.health.decided import PageDecision
from medianest_common.contracts.health.pages import (
    MOST_PAGES,
    AddPage,
    ChangePage,
    GetPage,
    ListPages,
    PageValues,
    RemovePage,
    StatusPages,
)
from medianest_common.contracts.identity import Permission
from medianest_common.errors import FieldError, Invalid
from medianest_health.app import HealthApp
from medianest_health.auditing import page_decided
from medianest_health.errors import PageChanged, PageNotFound, SlugTaken, TooManyPages
from medianest_health.models import StatusPage, StatusPageMonitor
from medianest_health.repository.managed import ManagedMonitors
from medianest_health.repository.pages import Pages

_PATH = "/api/v1/status/"


async def list_pages(app: HealthApp, _: ListPages) -> StatusPages:
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        repository = Pages(tx.session)
        found = sorted(await repository.list(), key=lambda page: page.slug)
        shown = await repository.shown_on(*(page.id for page in found))
        return StatusPages(items=[_shown(page, shown) for page in found])


async def get_page(app: HealthApp, query: GetPage) -> pages.StatusPage:
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        repository = Pages(tx.session)
        page = await repository.get(query.id)
        if page is None:
            raise PageNotFound()
        return _shown(page, await repository.shown_on(page.id))


async def add_page(app: HealthApp, command: AddPage) -> pages.StatusPage:
    require(Permission.MANAGE_MONITORS)

    async def add() -> pages.StatusPage:
        now = app.clock.now()
        async with app.db.transaction() as tx:
            repository = Pages(tx.session)
            await repository.alone()
            if await repository.count() >= MOST_PAGES:
                raise TooManyPages("Delete one first.")
            page = StatusPage(id=uuid7(), version=1, created_at=now, updated_at=now, **_values(command.page))
            await repository.add(page)
            page_decided(tx, PageDecision.CREATE, page.id)
            if page.published:
                page_decided(tx, PageDecision.PUBLISH, page.id)
            return await _with_monitors(ManagedMonitors(tx.session), repository, page, command.page)

    return await _unless_taken(add)


async def change_page(app: HealthApp, command: ChangePage) -> pages.StatusPage:
    """The whole of it."""
    require(Permission.MANAGE_MONITORS)

    async def change() -> pages.StatusPage:
        async with app.db.transaction() as tx:
            repository = Pages(tx.session)
            page = await repository.get(command.id, lock=True)
            if page is None:
                raise PageNotFound()
            if command.version not in (None, page.version):
                raise PageChanged("Read it again, then change it.")
            page_decided(tx, PageDecision.CHANGE, page.id)
            if page.published != command.page.published:
                what = PageDecision.PUBLISH if command.page.published else PageDecision.UNPUBLISH
                page_decided(tx, what, page.id)
            for name, value in _values(command.page).items():
                setattr(page, name, value)
            page.version += 1
            page.updated_at = app.clock.now()
            await tx.session.flush()
            return await _with_monitors(ManagedMonitors(tx.session), repository, page, command.page)

    return await _unless_taken(change)


async def remove_page(app: HealthApp, command: RemovePage) -> Nothing:
    require(Permission.MANAGE_MONITORS)
    async with app.db.transaction() as tx:
        if not await Pages(tx.session).delete(StatusPage.id == command.id):
            raise PageNotFound()
        page_decided(tx, PageDecision.DELETE, command.id)
    return Nothing()


async def _with_monitors(
    monitors: ManagedMonitors, repository: Pages, page: StatusPage, values: PageValues
) -> pages.StatusPage:
    wanted = [each.monitor_id for each in values.monitors]
    if len(await monitors.locked(wanted)) != len(wanted):
        raise Invalid(errors=[FieldError("monitors", "One of these monitors does not exist.")])
    await repository.show(page.id, [each.model_dump(by_alias=False) for each in values.monitors])
    return _shown(page, await repository.shown_on(page.id))


async def _unless_taken(change: Callable[[], Awaitable[pages.StatusPage]]) -> pages.StatusPage:
    try:
        return await change()
    except IntegrityError:
        raise SlugTaken("Choose another slug.") from None


def _values(page: PageValues) -> dict[str, object]:
    return page.model_dump(by_alias=False, exclude={"monitors"})


def _shown(page: StatusPage, monitors: Sequence[StatusPageMonitor]) -> pages.StatusPage:
    return pages.StatusPage(
        id=page.id,
        slug=page.slug,
        title=page.title,
        description=page.description,
        published=page.published,
        monitors=[
            pages.PageMonitor(monitor_id=each.monitor_id, shown_as=each.shown_as, heading=each.heading)
            for each in monitors
            if each.page_id == page.id
        ],
        path=_PATH + page.slug,
        version=page.version,
        created_at=page.created_at,
        updated_at=page.updated_at,
    )
