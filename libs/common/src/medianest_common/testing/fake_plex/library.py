"""The media of the fake server: sections, items, and what is told when they change."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Literal

from medianest_common.clock import Clock

from .invented import invented_title
from .items import HOLDERS, Item, ItemType, Section, SectionType, external_ids

type ChangeKind = Literal["created", "updated", "deleted"]


@dataclass(frozen=True)
class Scan:
    section: Section
    path: str | None


_AGENTS: Mapping[SectionType, str] = {
    "movie": "tv.plex.agents.movie",
    "show": "tv.plex.agents.series",
    "artist": "tv.plex.agents.music",
    "photo": "com.plexapp.agents.none",
}


class FakeLibrary:
    """Change it as a person would by adding and deleting files; every change is told to `on_change`."""

    def __init__(self, *, clock: Clock, on_change: Callable[[ChangeKind, Item], None]) -> None:
        self._clock = clock
        self._listener = on_change
        self._is_quiet = False
        self._keys = count(1)
        self.items: dict[int, Item] = {}
        self.sections: dict[int, Section] = {}
        self.scans: list[Scan] = []
        self.version = 0
        """Goes up with every change."""
        self.add_section("Movies", type="movie")
        self.add_section("TV Shows", type="show")

    def add_section(
        self, title: str, *, type: SectionType = "movie", path: str | None = None, agent: str | None = None
    ) -> Section:
        section = Section(
            key=len(self.sections) + 1,
            title=title,
            type=type,
            uuid=_digest("section", title)[:32],
            path=path or f"/data/{title}",
            scanned_at=self._clock.now(),
            agent=agent or _AGENTS[type],
        )
        self.sections[section.key] = section
        return section

    def section(self, title: str) -> Section:
        return next(section for section in self.sections.values() if section.title == title)

    def add_movie(
        self,
        title: str,
        year: int | None = None,
        *,
        tmdb: int | None = None,
        imdb: str | None = None,
        tvdb: int | None = None,
        guid: str | None = None,
        section: str = "Movies",
        added_at: datetime | None = None,
        summary: str = "",
        genres: Iterable[str] = (),
        roles: Iterable[str] = (),
        content_rating: str | None = "PG-13",
        has_thumb: bool = True,
        quietly: bool = False,
    ) -> str:
        """Returns the rating key. `guid` stands in for the new agent's `plex://…`, as in older libraries."""
        item = self._new(
            "movie", title, self.section(section), year=year, guid=guid, added_at=added_at, summary=summary
        )
        item.external = external_ids(tmdb=tmdb, imdb=imdb, tvdb=tvdb)
        item.genres, item.roles = tuple(genres), tuple(roles)
        item.content_rating, item.has_thumb = content_rating, has_thumb
        if not quietly:
            self._on_change("created", item)
        return item.rating_key

    def add_show(
        self,
        title: str,
        year: int | None = None,
        *,
        tmdb: int | None = None,
        tvdb: int | None = None,
        imdb: str | None = None,
        guid: str | None = None,
        seasons: Mapping[int, int] | None = None,
        section: str = "TV Shows",
        added_at: datetime | None = None,
        summary: str = "",
        genres: Iterable[str] = (),
        roles: Iterable[str] = (),
        content_rating: str | None = "TV-14",
    ) -> str:
        """`seasons` maps the number of a season (0 = specials) to its number of episodes."""
        show = self._new(
            "show", title, self.section(section), year=year, guid=guid, added_at=added_at, summary=summary
        )
        show.external = external_ids(tmdb=tmdb, imdb=imdb, tvdb=tvdb)
        show.genres, show.roles, show.content_rating = tuple(genres), tuple(roles), content_rating
        self._on_change("created", show)
        for season, episodes in (seasons or {}).items():
            for episode in range(1, episodes + 1):
                self.add_episode(show.rating_key, season, episode, added_at=added_at)
        return show.rating_key

    def add_episode(
        self,
        show: str,
        season: int,
        episode: int,
        *,
        title: str | None = None,
        added_at: datetime | None = None,
    ) -> str:
        """Makes the season when it is the first episode of it."""
        parent = self.item(show)
        holder = next((child for child in parent.children if child.index == season), None)
        if holder is None:
            name = f"Season {season}" if season else "Specials"
            holder = self._child("season", name, parent, index=season, added_at=added_at)
        item = self._child("episode", title or f"Episode {episode}", holder, index=episode, added_at=added_at)
        return item.rating_key

    def add_artist(
        self,
        name: str,
        *,
        albums: Mapping[str, Iterable[str]] | None = None,
        section: str = "Music",
        year: int | None = None,
        guid: str | None = None,
        added_at: datetime | None = None,
        genres: Iterable[str] = (),
    ) -> str:
        """`albums` maps the title of each to its tracks."""
        artist = self._new("artist", name, self.section(section), guid=guid, added_at=added_at)
        artist.index, artist.genres = 1, tuple(genres)
        self._on_change("created", artist)
        for title, tracks in (albums or {}).items():
            self.add_album(artist.rating_key, title, tracks, year=year, added_at=added_at)
        return artist.rating_key

    def add_album(
        self,
        artist: str,
        title: str,
        tracks: Iterable[str],
        *,
        year: int | None = None,
        added_at: datetime | None = None,
    ) -> str:
        parent = self.item(artist)
        album = self._child("album", title, parent, index=len(parent.children) + 1, added_at=added_at)
        album.year, album.genres = year, parent.genres
        for number, track in enumerate(tracks, 1):
            self._child("track", track, album, index=number, added_at=added_at)
        return album.rating_key

    def add_collection(self, title: str, rating_keys: Iterable[str], *, section: str = "Movies") -> str:
        collection = self._new("collection", title, self.section(section))
        collection.guid = f"collection://{_digest(title)[:32]}"
        collection.children = [self.item(key) for key in rating_keys]
        self._on_change("created", collection)
        return collection.rating_key

    def item(self, rating_key: str) -> Item:
        return self.items[int(rating_key)]

    def update(self, rating_key: str, *, title: str | None = None, summary: str | None = None) -> None:
        item = self.item(rating_key)
        item.title = title if title is not None else item.title
        item.summary = summary if summary is not None else item.summary
        item.updated_at = self._clock.now()
        self.version += 1
        self._on_change("updated", item)

    def remove(self, rating_key: str) -> None:
        """With everything below it; a season or show left empty goes too."""
        item = self.item(rating_key)
        if item.type in HOLDERS:
            for child in list(item.children):
                self.remove(child.rating_key)
            if item.key not in self.items:
                return
        del self.items[item.key]
        self.version += 1
        for collection in [i for i in self.items.values() if i.type == "collection" and item in i.children]:
            collection.children.remove(item)
        self._on_change("deleted", item)
        parent = item.parent
        if parent is not None:
            parent.children.remove(item)
            if not parent.children and parent.key in self.items:
                self.remove(parent.rating_key)

    def generate(self, number: int, *, section: str = "Movies") -> list[str]:
        """Adds that many films at once, always the same ones, without telling anyone."""
        start = len(self.items)
        return [
            self.add_movie(
                invented_title(n),
                1950 + n % 75,
                tmdb=1_000_000 + n,
                imdb=f"tt{9_000_000 + n}",
                section=section,
                quietly=True,
            )
            for n in range(start, start + number)
        ]

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Nobody is told of what changes in the block."""
        self._is_quiet = True
        try:
            yield
        finally:
            self._is_quiet = False

    def _on_change(self, kind: ChangeKind, item: Item) -> None:
        if not self._is_quiet:
            self._listener(kind, item)

    def scan(self, section: Section, path: str | None = None) -> None:
        section.scanned_at = self._clock.now()
        self.scans.append(Scan(section, path))

    def _child(
        self, type: ItemType, title: str, parent: Item, *, index: int, added_at: datetime | None
    ) -> Item:
        item = self._new(
            type,
            title,
            parent.section,
            year=parent.year,
            guid=_legacy_guid(parent, index),
            added_at=added_at,
            parent=parent,
            index=index,
        )
        parent.children.append(item)
        parent.children.sort(key=lambda child: child.index or 0)
        self._on_change("created", item)
        return item

    def _new(
        self,
        type: ItemType,
        title: str,
        section: Section,
        *,
        year: int | None = None,
        guid: str | None = None,
        added_at: datetime | None = None,
        summary: str = "",
        parent: Item | None = None,
        index: int | None = None,
    ) -> Item:
        added = added_at or self._clock.now()
        key = next(self._keys)
        item = Item(
            key=key,
            type=type,
            title=title,
            section=section,
            guid=guid or f"plex://{type}/{_digest(type, title, str(key))[:24]}",
            added_at=added,
            updated_at=added,
            year=year,
            summary=summary,
            parent=parent,
            index=index,
        )
        if type == "show":
            item.index = 1
        self.items[key] = item
        self.version += 1
        return item


def _legacy_guid(parent: Item, index: int) -> str | None:
    """`com.plexapp.agents.thetvdb://73871/2/15?lang=en`: show, season and episode."""
    address, mark, language = parent.guid.partition("?")
    return f"{address}/{index}{mark}{language}" if address.startswith("com.plexapp.agents.") else None


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()
