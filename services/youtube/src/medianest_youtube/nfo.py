"""What Jellyfin, Emby and Kodi read beside a video. Plex goes by names, tags and what it is told."""

from xml.etree import ElementTree as Xml

from medianest_youtube.models import Asset
from medianest_youtube.naming import Place


def nfo_of(asset: Asset, place: Place) -> bytes:
    """An episode where the layout makes a show of it, else a film."""
    is_episode = place.show is not None and asset.episode is not None
    root = Xml.Element("episodedetails" if is_episode else "movie")
    told = {
        "title": asset.title,
        "showtitle": asset.channel if is_episode else None,
        "season": asset.season if is_episode else None,
        "episode": asset.episode if is_episode else None,
        "plot": asset.description,
        "studio": asset.channel,
        "aired" if is_episode else "premiered": asset.published_on,
        "runtime": round(asset.duration_seconds / 60) if asset.duration_seconds else None,
    }
    for name, value in told.items():
        if value is not None:
            Xml.SubElement(root, name).text = _allowed(str(value))
    Xml.SubElement(root, "uniqueid", type="youtube", default="true").text = asset.video_id
    return _written(root)


def show_nfo_of(list_id: str, *, title: str, plot: str | None) -> bytes:
    """`list_id` is the channel's or the playlist's, of whose videos the show is made."""
    root = Xml.Element("tvshow")
    Xml.SubElement(root, "title").text = _allowed(title)
    if plot:
        Xml.SubElement(root, "plot").text = _allowed(plot)
    Xml.SubElement(root, "uniqueid", type="youtube", default="true").text = list_id
    return _written(root)


def _written(root: Xml.Element) -> bytes:
    Xml.indent(root)
    written: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _allowed(text: str) -> str:
    """Without what no XML may hold, however it is written."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )
