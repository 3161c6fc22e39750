"""An administrator takes over what an Uptime Kuma watches, or looks what that would do."""

from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError

from medianest_common.bus import require
from medianest_common.contracts.health.importing import (
    ImportUptimeKuma,
    ImportWay,
    KumaImport,
    NotImported,
)
from medianest_common.contracts.identity import Permission
from medianest_common.errors import FieldError, Invalid
from medianest_health.adapters.kinds import check_spec
from medianest_health.adapters.uptime_kuma.address import KumaAddress
from medianest_health.adapters.uptime_kuma.household import KumaHousehold
from medianest_health.adapters.uptime_kuma.metrics import read_by_metrics
from medianest_health.adapters.uptime_kuma.pages import read_by_page
from medianest_health.adapters.uptime_kuma.translating import Left, Taken, translate
from medianest_health.adapters.uptime_kuma.windows import translate_windows
from medianest_health.app import HealthApp
from medianest_health.errors import ImportCollided
from medianest_health.use_cases.keep_imported import keep_imported
from medianest_health.use_cases.keep_imported_pages import keep_imported_pages
from medianest_health.use_cases.keep_imported_past import keep_imported_past
from medianest_health.use_cases.keep_imported_windows import keep_imported_windows


async def import_uptime_kuma(app: HealthApp, command: ImportUptimeKuma) -> KumaImport:
    """Reads first and writes then, in one transaction. Raises what keeps it from being read."""
    require(Permission.MANAGE_MONITORS)
    household = await _read(app, command)
    taken, left = _fitting(app, *translate(household))
    now, dry_run = app.clock.now(), command.dry_run
    windows, unsaid = translate_windows(household, now=now)
    try:
        async with app.db.transaction() as tx:
            kept = await keep_imported(app, tx, household, taken, dry_run=dry_run)
            await keep_imported_windows(app, tx, kept, windows, now=now, dry_run=dry_run)
            await keep_imported_pages(tx, kept, household, now=now, dry_run=dry_run)
            days = await keep_imported_past(tx, kept, household, taken, now=now, dry_run=dry_run)
    except IntegrityError:
        raise ImportCollided("Something of the same name was made at this moment. Ask again.") from None
    return KumaImport(
        dry_run=dry_run,
        version=household.version,
        created=kept.created,
        updated=kept.updated,
        unchanged=kept.unchanged,
        not_imported=[
            NotImported(name=each.name, type=each.type, reason=each.reason)
            for each in (*left, *unsaid, *kept.left)
        ],
        push_tokens=kept.push_tokens,
        days=days,
        remarks=list(household.remarks),
    )


async def _read(app: HealthApp, command: ImportUptimeKuma) -> KumaHousehold:
    address = KumaAddress.of(command.url)
    username = command.username or ""
    password = SecretStr(command.password) if command.password else None
    match command.way:
        case ImportWay.SOCKET:
            # Eight megabytes of code for what is done once in the life of an installation, if at all.
            from medianest_health.adapters.uptime_kuma.live import read_by_socket

            code = SecretStr(command.code) if command.code else None
            return await read_by_socket(
                address, username, password, code, clock=app.clock, history=command.history
            )
        case ImportWay.STATUS_PAGE:
            slug = command.slug or address.slug
            if slug is None:
                raise Invalid(errors=[FieldError("slug", "Say which page: its name stands behind /status/.")])
            return await read_by_page(address, slug, clock=app.clock)
        case ImportWay.METRICS:
            key = SecretStr(command.api_key) if command.api_key else None
            return await read_by_metrics(address, "" if key else username, key or password, clock=app.clock)


def _fitting(app: HealthApp, taken: list[Taken], left: list[Left]) -> tuple[list[Taken], list[Left]]:
    """Without those that could never be looked at from here."""
    fitting, unfit = [], list(left)
    for each in taken:
        try:
            check_spec(each.spec, ports=app.ports)
        except Invalid as refused:
            why = refused.detail or next((error.message for error in refused.errors or ()), refused.title)
            unfit.append(Left(each.name, each.type, why))
        else:
            fitting.append(each)
    return fitting, unfit
