from medianest_common.contracts.health.inside import KnownReplica, KnownReplicas
from medianest_health.app import HealthApp
from medianest_health.repository.replicas import known


async def list_replicas(app: HealthApp) -> KnownReplicas:
    async with app.db.read() as connection:
        places = await known(connection)
    return KnownReplicas(
        replicas=[
            KnownReplica(
                service=place.service,
                instance=place.instance,
                version=place.version,
                started_at=place.started_at,
                last_seen_at=place.last_seen_at,
                vanished_at=place.vanished_at,
            )
            for place in places
        ]
    )
