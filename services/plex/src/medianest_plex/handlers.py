"""What arrives from the bus for the plex service."""

from medianest_common.bus import Handlers, Raw
from medianest_common.contracts.auth import UserChange, UserChanged, UserCreated
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.media.watchlist import WatchlistSwitched
from medianest_common.contracts.personal import PersonalData
from medianest_common.contracts.plex import (
    ExportUserData,
    ForgetEvents,
    GetImage,
    GetServer,
    GetServerIdentity,
    Libraries,
    LibraryItems,
    ListLibraries,
    ListRecentlyAdded,
    ListServerMembers,
    PlexServer,
    RememberMember,
    SearchLibrary,
    ServerIdentity,
    ServerMembers,
)
from medianest_common.contracts.plex.browse import (
    CollectionDetail,
    GetCollection,
    GetItem,
    GetLibraryFilters,
    ItemDetail,
    ItemPage,
    LibraryFilters,
    ListChildren,
    ListCollections,
    ListItems,
    ListOnDeck,
    OnDeck,
)
from medianest_common.contracts.plex.changes import (
    ChangeCollection,
    CollectionChanged,
    CreateCollection,
    DeleteCollection,
    GetScan,
    Scan,
    ScanLibrary,
)
from medianest_common.contracts.plex.connection import (
    ConnectionChanged,
    GetPlexConnection,
    ListPlexServers,
    PlexConnection,
    PlexServers,
    ReconnectPlex,
)
from medianest_common.contracts.plex.indexing import (
    GetSyncState,
    ReceivePlexWebhook,
    ReceiveTautulliWebhook,
    SyncLibrary,
    SyncState,
)
from medianest_common.contracts.plex.library import GetLibraryCensus, LibraryCensus, TellLibraryAgain
from medianest_common.contracts.plex.playback import (
    GetPlayStats,
    ListPlays,
    ListSessions,
    NowPlaying,
    PlaybackHinted,
    PlayHistory,
    PlayStats,
)
from medianest_common.contracts.plex.watchlist import OfferAccountToken, RemoveFromWatchlist
from medianest_common.db import Transaction
from medianest_plex import jobs, watchlists
from medianest_plex.app import PlexApp
from medianest_plex.use_cases import follow_watchlist as watchlist
from medianest_plex.use_cases import remember_member as members
from medianest_plex.use_cases.change_collection import change_collection
from medianest_plex.use_cases.create_collection import create_collection
from medianest_plex.use_cases.delete_collection import delete_collection
from medianest_plex.use_cases.erase_member import erase_member, forget_told
from medianest_plex.use_cases.export_member import export_member
from medianest_plex.use_cases.get_collection import get_collection
from medianest_plex.use_cases.get_image import get_image
from medianest_plex.use_cases.get_item import get_item
from medianest_plex.use_cases.get_library_filters import get_library_filters
from medianest_plex.use_cases.get_play_stats import get_play_stats
from medianest_plex.use_cases.get_plex_connection import get_plex_connection
from medianest_plex.use_cases.get_scan import get_scan
from medianest_plex.use_cases.get_server import get_server
from medianest_plex.use_cases.get_server_identity import get_server_identity
from medianest_plex.use_cases.get_sync_state import get_sync_state
from medianest_plex.use_cases.list_children import list_children
from medianest_plex.use_cases.list_collections import list_collections
from medianest_plex.use_cases.list_items import list_items
from medianest_plex.use_cases.list_libraries import list_libraries
from medianest_plex.use_cases.list_on_deck import list_on_deck
from medianest_plex.use_cases.list_plays import list_plays
from medianest_plex.use_cases.list_plex_servers import list_plex_servers
from medianest_plex.use_cases.list_recently_added import list_recently_added
from medianest_plex.use_cases.list_server_members import list_server_members
from medianest_plex.use_cases.list_sessions import list_sessions
from medianest_plex.use_cases.receive_webhook import receive_plex_webhook, receive_tautulli_webhook
from medianest_plex.use_cases.reconnect_plex import reconnect_plex
from medianest_plex.use_cases.scan_library import scan_library
from medianest_plex.use_cases.search_library import search_library
from medianest_plex.use_cases.sync_library import sync_library
from medianest_plex.use_cases.tell_library_again import get_library_census, tell_library_again

handlers = Handlers("plex")


@handlers.rpc
async def server(query: GetServer, app: PlexApp) -> PlexServer:
    return await get_server(app, query)


@handlers.rpc
async def server_identity(query: GetServerIdentity, app: PlexApp) -> ServerIdentity:
    return await get_server_identity(app, query)


@handlers.rpc
async def server_members(query: ListServerMembers, app: PlexApp) -> ServerMembers:
    return await list_server_members(app, query)


@handlers.rpc
async def libraries(query: ListLibraries, app: PlexApp) -> Libraries:
    return await list_libraries(app, query)


@handlers.rpc
async def recently_added(query: ListRecentlyAdded, app: PlexApp) -> Raw | LibraryItems:
    return await list_recently_added(app, query)


@handlers.rpc
async def search(query: SearchLibrary, app: PlexApp) -> Raw | LibraryItems:
    return await search_library(app, query)


@handlers.rpc
async def items(query: ListItems, app: PlexApp) -> Raw | ItemPage:
    return await list_items(app, query)


@handlers.rpc
async def library_filters(query: GetLibraryFilters, app: PlexApp) -> LibraryFilters:
    return await get_library_filters(app, query)


@handlers.rpc
async def item(query: GetItem, app: PlexApp) -> ItemDetail:
    return await get_item(app, query)


@handlers.rpc
async def children(query: ListChildren, app: PlexApp) -> Raw | ItemPage:
    return await list_children(app, query)


@handlers.rpc
async def collections(query: ListCollections, app: PlexApp) -> Raw | ItemPage:
    return await list_collections(app, query)


@handlers.rpc
async def collection(query: GetCollection, app: PlexApp) -> Raw | CollectionDetail:
    return await get_collection(app, query)


@handlers.rpc
async def on_deck(query: ListOnDeck, app: PlexApp) -> OnDeck:
    return await list_on_deck(app, query)


@handlers.rpc
async def image(query: GetImage, app: PlexApp) -> Raw:
    return await get_image(app, query)


@handlers.rpc
async def sessions(query: ListSessions, app: PlexApp) -> NowPlaying:
    return await list_sessions(app, query)


@handlers.rpc
async def plays(query: ListPlays, app: PlexApp) -> PlayHistory:
    return await list_plays(app, query)


@handlers.rpc
async def play_stats(query: GetPlayStats, app: PlexApp) -> PlayStats:
    return await get_play_stats(app, query)


@handlers.rpc
async def servers(query: ListPlexServers, app: PlexApp) -> PlexServers:
    return await list_plex_servers(app, query)


@handlers.rpc
async def plex_connection(query: GetPlexConnection, app: PlexApp) -> PlexConnection:
    return await get_plex_connection(app, query)


@handlers.rpc
async def reconnect(command: ReconnectPlex, app: PlexApp) -> PlexConnection:
    return await reconnect_plex(app, command)


@handlers.listen(ConnectionChanged)
async def look_for_the_way_anew(event: ConnectionChanged, app: PlexApp) -> None:
    await app.reached.connection.take_up()
    app.reached.watch.look_anew()


@handlers.listen(PlaybackHinted)
async def look_what_is_played(event: PlaybackHinted, app: PlexApp) -> None:
    app.play_hints.set()


@handlers.rpc
async def new_collection(command: CreateCollection, app: PlexApp) -> CollectionChanged:
    return await create_collection(app, command)


@handlers.rpc
async def collection_changes(command: ChangeCollection, app: PlexApp) -> CollectionChanged:
    return await change_collection(app, command)


@handlers.rpc
async def end_of_collection(command: DeleteCollection, app: PlexApp) -> Nothing:
    return await delete_collection(app, command)


@handlers.rpc
async def start_scan(command: ScanLibrary, app: PlexApp) -> Scan:
    return await scan_library(app, command)


@handlers.rpc
async def state_of_scan(query: GetScan, app: PlexApp) -> Scan:
    return await get_scan(app, query)


@handlers.rpc
async def remember_member(command: RememberMember, app: PlexApp) -> Nothing:
    return await members.remember_member(app, command)


@handlers.rpc
async def sync_state(query: GetSyncState, app: PlexApp) -> SyncState:
    return await get_sync_state(app, query)


@handlers.rpc
async def library_census(query: GetLibraryCensus, app: PlexApp) -> LibraryCensus:
    return await get_library_census(app, query)


@handlers.job(concurrency=1)
async def library_again(job: TellLibraryAgain, app: PlexApp) -> None:
    await tell_library_again(app, job)


@handlers.rpc
async def start_sync(command: SyncLibrary, app: PlexApp) -> Nothing:
    return await sync_library(app, command)


@handlers.job(concurrency=2)
async def plex_webhook(job: ReceivePlexWebhook, app: PlexApp) -> None:
    await receive_plex_webhook(app, job)


@handlers.job(concurrency=2)
async def tautulli_webhook(job: ReceiveTautulliWebhook, app: PlexApp) -> None:
    await receive_tautulli_webhook(app, job)


@handlers.rpc
async def export_user_data(query: ExportUserData, app: PlexApp) -> PersonalData:
    return await export_member(app, query)


@handlers.on(UserDeleted)
async def member_left(event: UserDeleted, app: PlexApp, tx: Transaction) -> None:
    await erase_member(app, event, tx)


@handlers.job(concurrency=1, ack_wait=60)
async def forget_what_was_told(job: ForgetEvents, app: PlexApp) -> None:
    await forget_told(app, job)


@handlers.on(UserCreated, UserChanged)
async def expect_member(event: UserChange, app: PlexApp, tx: Transaction) -> None:
    await members.expect_member(app, event, tx)


@handlers.rpc
async def take_account_token(command: OfferAccountToken, app: PlexApp) -> Nothing:
    return await watchlist.take_account_token(app, command)


@handlers.rpc
async def remove_from_watchlist(command: RemoveFromWatchlist, app: PlexApp) -> Nothing:
    return await watchlist.remove_from_watchlist(app, command)


@handlers.on(WatchlistSwitched)
async def watchlist_switched(event: WatchlistSwitched, app: PlexApp, tx: Transaction) -> None:
    await watchlist.follow_watchlist(app, tx, event)


@handlers.every(jobs.WATCHLIST_SECONDS)
async def read_watchlists(app: PlexApp) -> None:
    await watchlists.read_due(app)


@handlers.every(jobs.LOOK_SECONDS)
async def look_at_server(app: PlexApp) -> None:
    await jobs.look_at_server(app)


@handlers.every(jobs.ACCOUNT_SECONDS)
async def keep_account(app: PlexApp) -> None:
    await jobs.keep_account(app)


@handlers.every(jobs.SYNC_SECONDS)
async def keep_index(app: PlexApp) -> None:
    await jobs.keep_index(app)


@handlers.every(jobs.KEEP_SECONDS)
async def keep_copies(app: PlexApp) -> None:
    await jobs.keep_copies(app)


@handlers.every(jobs.BEAT_SECONDS)
async def follow(app: PlexApp) -> None:
    await jobs.follow(app)


@handlers.every(jobs.HISTORY_SECONDS)
async def read_history(app: PlexApp) -> None:
    await jobs.read_history(app)


@handlers.every(jobs.SETTLE_SECONDS)
async def settle_plays(app: PlexApp) -> None:
    await jobs.settle_plays(app)


@handlers.every(jobs.FORGET_SECONDS)
async def forget_plays(app: PlexApp) -> None:
    await jobs.forget_plays(app)
