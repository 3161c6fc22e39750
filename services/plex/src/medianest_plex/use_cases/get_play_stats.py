from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.plex import playback as contracts
from medianest_common.contracts.plex.playback import GetPlayStats, HistoryMode, PlayStats
from medianest_plex.app import PlexApp
from medianest_plex.models import Server
from medianest_plex.models.playback import EVERYBODY
from medianest_plex.played import picture
from medianest_plex.repository import present_server
from medianest_plex.use_cases.whose_plays import whose_plays
from medianest_plex.viewers import read_viewers

_DAYS = text("""
    select day, sum(plays)::bigint as plays, sum(seconds)::bigint as seconds from play_days
     where server_id = :server and scope = any(:scopes) and day > :after and dimension = 'total'
     group by day
""")
# Figures are kept by day, so what this costs depends on the days and not on how much was played in them.
_SUMS = text("""
    select dimension, key, label, plays, seconds, item.title, item.year, item.image, item.library_key
      from (select *, row_number() over (partition by dimension order by plays desc, seconds desc, key) as place
              from (select dimension, key, max(label) as label,
                           sum(plays)::bigint as plays, sum(seconds)::bigint as seconds
                      from play_days
                     where server_id = :server and scope = any(:scopes) and day > :after and dimension <> 'total'
                     group by dimension, key) as s) as ranked
      left join lateral (
               select i.title, i.year, i.image, l.key as library_key
                 from items i join libraries l on l.id = i.library_id
                where dimension in ('movie', 'show', 'artist') and ranked.key ~ '^[0-9]{1,18}$'
                  and i.server_id = :server and i.rating_key = ranked.key::bigint) as item on true
     where place <= :most or dimension = 'hour'
     order by dimension, place
""")
_LIBRARIES = text("select key::text as key, title from libraries where server_id = :server")


async def get_play_stats(app: PlexApp, query: GetPlayStats) -> PlayStats:
    """A play is in the figures once it is certainly over, some minutes after its end."""
    mode = app.settings.plex_history
    today = app.clock.now().astimezone(ZoneInfo(app.settings.timezone)).date()
    async with app.db.read() as connection:
        accounts = await whose_plays(app, connection, mine=query.mine, user=query.user)
        scopes = [EVERYBODY] if accounts is None else accounts
        server = await present_server(connection)
        if server is None or mode is HistoryMode.OFF:
            return _Sheet(query, mode, today).filled()
        values = {"server": server.id, "scopes": scopes, "after": today - timedelta(days=query.days)}
        days = (await connection.execute(_DAYS, values)).all()
        sums = (await connection.execute(_SUMS, values | {"most": query.limit})).all()
        sheet = _Sheet(query, mode, today, days, sums)
        return sheet.filled(
            await _viewers(connection, server, sheet.of["viewer"]),
            await _titles(connection, server),
            lambda row: picture(app.images, row.library_key, row.image),
        )


class _Sheet:
    def __init__(
        self,
        query: GetPlayStats,
        mode: HistoryMode,
        today: date,
        days: Sequence[Row[Any]] = (),
        sums: Sequence[Row[Any]] = (),
    ) -> None:
        self._query = query
        self._mode = mode
        self._today = today
        self._days = {row.day: row for row in days}
        self.of: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in sums:
            self.of[row.dimension].append(row)

    def filled(
        self,
        viewers: dict[int, contracts.Viewer] | None = None,
        libraries: dict[str, str] | None = None,
        image: Any = None,
    ) -> PlayStats:
        viewers, libraries = viewers or {}, libraries or {}
        return PlayStats(
            mode=self._mode,
            days=self._query.days,
            total=contracts.Figures(
                plays=sum(row.plays for row in self._days.values()),
                seconds=sum(row.seconds for row in self._days.values()),
            ),
            movies=[_title(row, image) for row in self.of["movie"]],
            shows=[_title(row, image) for row in self.of["show"]],
            artists=[_title(row, image) for row in self.of["artist"]],
            viewers=[
                contracts.ViewerFigures(viewer=viewers[int(row.key)], plays=row.plays, seconds=row.seconds)
                for row in self.of["viewer"]
            ],
            libraries=[
                contracts.LibraryFigures(
                    library_key=row.key,
                    title=libraries.get(row.key, "A former library"),
                    plays=row.plays,
                    seconds=row.seconds,
                )
                for row in self.of["library"]
            ],
            players=self._named("player"),
            platforms=self._named("platform"),
            decisions=self._named("decision"),
            per_day=self._per_day(),
            per_hour=self._per_hour(),
        )

    def _named(self, dimension: str) -> list[contracts.NamedFigures]:
        return [
            contracts.NamedFigures(name=row.key, plays=row.plays, seconds=row.seconds)
            for row in self.of[dimension]
        ]

    def _per_day(self) -> list[contracts.DayFigures]:
        """Days without a play are there too."""
        days = (self._today - timedelta(days=back) for back in reversed(range(self._query.days)))
        return [
            contracts.DayFigures(day=day, **_figures(self._days[day]))
            if day in self._days
            else contracts.DayFigures(day=day, plays=0, seconds=0)
            for day in days
        ]

    def _per_hour(self) -> list[contracts.HourFigures]:
        found = {int(row.key): row for row in self.of["hour"]}
        return [
            contracts.HourFigures(hour=hour, **_figures(found[hour]))
            if hour in found
            else contracts.HourFigures(hour=hour, plays=0, seconds=0)
            for hour in range(24)
        ]


def _figures(row: Row[Any]) -> dict[str, int]:
    return {"plays": row.plays, "seconds": row.seconds}


def _title(row: Row[Any], image: Any) -> contracts.TitleFigures:
    """Under its present name, or that of its last play once it is gone from the library."""
    there = row.title is not None
    return contracts.TitleFigures(
        title=row.title or row.label or "Something",
        rating_key=row.key if there else None,
        year=row.year,
        image=image(row) if there else None,
        plays=row.plays,
        seconds=row.seconds,
    )


async def _viewers(
    connection: AsyncConnection, server: Server, rows: Sequence[Row[Any]]
) -> dict[int, contracts.Viewer]:
    return await read_viewers(connection, server.id, {int(row.key) for row in rows})


async def _titles(connection: AsyncConnection, server: Server) -> dict[str, str]:
    found = await connection.execute(_LIBRARIES, {"server": server.id})
    return {row.key: row.title for row in found}
