"""From rows of what is and was played to what people are told."""

from medianest_common.contracts.plex import playback as contracts
from medianest_plex.image_keys import ImageKeys, Picture
from medianest_plex.models import Play, Session
from medianest_plex.models.playback import Played


def as_session(row: Session, *, viewer: contracts.Viewer, images: ImageKeys) -> contracts.PlaySession:
    return contracts.PlaySession(
        id=row.id,
        viewer=viewer,
        item=as_item(row, images=images),
        stream=as_stream(row),
        state=contracts.PlayState(row.state),
        position_seconds=row.position_ms // 1000,
        started_at=row.started_at,
        seen_at=row.seen_at,
    )


def as_play(row: Play, *, viewer: contracts.Viewer, images: ImageKeys) -> contracts.Play:
    return contracts.Play(
        id=row.id,
        viewer=viewer,
        item=as_item(row, images=images),
        stream=as_stream(row),
        started_at=row.started_at,
        stopped_at=row.stopped_at,
        played_seconds=row.played_seconds,
        paused_seconds=round(row.paused_seconds),
        watched_percent=row.watched_percent,
        imported=row.history_key is not None,
    )


def as_item(row: Played, *, images: ImageKeys) -> contracts.PlayedItem:
    return contracts.PlayedItem(
        kind=contracts.PlayKind(row.kind),
        rating_key=_text(row.rating_key),
        library_key=_text(row.library_key),
        type=row.type,
        title=row.title,
        parent_title=row.parent_title,
        top_title=row.top_title,
        index=row.index,
        parent_index=row.parent_index,
        year=row.year,
        image=picture(images, row.library_key, row.image),
        duration_seconds=row.duration_ms // 1000 if row.duration_ms else None,
    )


def as_stream(row: Played) -> contracts.Stream:
    return contracts.Stream(
        player=row.player,
        platform=row.platform,
        product=row.product,
        decision=contracts.StreamDecision(row.decision) if row.decision else None,
        quality=row.quality,
        bandwidth_kbps=row.bandwidth_kbps,
        local=row.local,
        relayed=row.relayed,
    )


def picture(images: ImageKeys, library_key: int | None, path: str | None) -> str | None:
    """Pictures of what is in no library are shown to nobody: nobody could say who may see them."""
    return images.sign(Picture(str(library_key), path)) if library_key is not None and path else None


def _text(key: int | None) -> str | None:
    return str(key) if key is not None else None
