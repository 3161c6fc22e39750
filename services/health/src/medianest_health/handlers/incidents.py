from medianest_health import jobs
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.look_around import look_around


@handlers.every(jobs.LOOK_AROUND_SECONDS)
async def look_again_where_something_changed(app: HealthApp) -> None:
    await look_around(app)
