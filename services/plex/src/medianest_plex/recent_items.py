"""What was added last, read from the index.

New episodes of a show are one row, whatever came with them: the episode when there is one, its season when all are of
the same, else the show.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_plex.models.library import SORTS
from medianest_plex.shown import FIELDS, Shown, moment, object_of, shown

_EPISODES_LOOKED_AT = 1000
"""Of each library: so many of one show at once would hide what is older."""
# Episodes of a show that came within a week of its newest one came together.
_RECENT = text(f"""
    with films as (
        select i.server_id, i.rating_key, i.added_at, null::bigint as episodes
          from unnest(cast(:libraries as bigint[])) lib(id) cross join unnest(array['movie', 'album']) kind(name)
          cross join lateral (
            select server_id, rating_key, added_at from items
             where library_id = lib.id and type = kind.name
             order by {SORTS["added_at"]} desc, rating_key desc limit :most) i),
    episodes as materialized (
        select i.* from unnest(cast(:libraries as bigint[])) lib(id)
          cross join lateral (
            select server_id, rating_key, parent_key, grandparent_key, added_at from items
             where library_id = lib.id and type = 'episode'
             order by {SORTS["added_at"]} desc, rating_key desc
             limit :looked_at) i
         where added_at is not null),
    together as (
        select e.*, max(added_at) over (partition by server_id, coalesce(grandparent_key, -rating_key)) as newest
          from episodes e),
    runs as (
        select server_id, max(added_at) as added_at, count(*) as episodes, min(rating_key) as rating_key,
               min(parent_key) as first_season, max(parent_key) as last_season, max(grandparent_key) as show
          from together where newest - added_at < interval '7 days'
         group by server_id, coalesce(grandparent_key, -rating_key)),
    shows as (
        select server_id,
               case when episodes = 1 then rating_key
                    when first_season = last_season then first_season
                    else show end as rating_key,
               added_at, episodes
          from runs),
    bare as (
        -- Shows of which no episode is there yet.
        select i.server_id, i.rating_key, i.added_at, null::bigint as episodes
          from unnest(cast(:libraries as bigint[])) lib(id)
          cross join lateral (
            select server_id, rating_key, added_at, leaf_count from items
             where library_id = lib.id and type = 'show'
             order by {SORTS["added_at"]} desc, rating_key desc
             limit :most) i
         where coalesce(i.leaf_count, 0) = 0),
    recent as (
        select * from films union all select * from shows union all select * from bare)
    select {object_of({**FIELDS, "addedAt": moment("r.added_at"), "newEpisodes": "r.episodes"})}::text as item,
           i.image, l.key as library_key, i.rating_key
      from (select * from recent where added_at is not null order by added_at desc, rating_key desc limit :most) r
      join items i on i.server_id = r.server_id and i.rating_key = r.rating_key
      join libraries l on l.id = i.library_id
     order by r.added_at desc, r.rating_key desc
""")  # noqa: S608


async def recent_items(connection: AsyncConnection, libraries: Sequence[int], *, most: int) -> list[Shown]:
    values = {"libraries": list(libraries), "most": most, "looked_at": _EPISODES_LOOKED_AT}
    return shown((await connection.execute(_RECENT, values)).all())
