"""Who has access, as the owner asks plex.tv: v1 lists in XML, v2 lists, and paths that are gone."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .accounts import FakeAccount
from .items import Section
from .recorded import Document, recorded, recorded_xml
from .tv_answers import PlexTv, Refused, answer, caller_of, iso, tv_of
from .xml import server_xml

_FRIEND: Document = recorded("plextv/rs_friends_accepted_one_external.json")[0]
_SERVER: Document = recorded("plextv/rs_servers_machine_id.json")
_USER = dict(recorded_xml("plextv/ha_shared_users.xml")[0].attrib)
_USER_SERVER = dict(recorded_xml("plextv/ha_shared_users.xml")[0][0].attrib)
_GONE = b'<?xml version="1.0" encoding="UTF-8"?>\n<Response code="410" status="Gone"/>\n'


async def users(request: Request) -> Response:
    """Everyone the caller shares with; the caller is not in the list. XML whatever is asked for."""
    tv = tv_of(request)
    shared = tv.accounts.shared if caller_of(request).access == "owner" else []
    return _xml(
        {
            "friendlyName": "myPlex",
            "identifier": "com.plexapp.plugins.myplex",
            "machineIdentifier": "85a28b6ea2b35c1a10cbdd967b74117a45e8694f",
            "totalSize": len(shared),
            "size": len(shared),
            "User": [_user(tv, account) for account in shared],
        }
    )


async def shared_servers(request: Request) -> Response:
    """The exact list of one server, with everyone's token for it. XML whatever is asked for."""
    tv = _owners_server(request)
    accepted = [account for account in tv.accounts.shared if account.access == "friend"]
    return _xml(
        {
            "friendlyName": "myPlex",
            "identifier": "com.plexapp.plugins.myplex",
            "machineIdentifier": tv.machine_id,
            "size": len(accepted),
            "SharedServer": [_shared_server(tv, account) for account in accepted],
        }
    )


async def friends(request: Request) -> Response:
    tv = tv_of(request)
    shared = tv.accounts.shared if caller_of(request).access == "owner" else []
    accepted = [_friend(tv, account) for account in shared if account.access == "friend"]
    return answer(request, accepted, tag="friends")


async def server(request: Request) -> Response:
    """Sections under the ids that sharing uses, which are not the server's own keys."""
    tv = _owners_server(request)
    document = _SERVER | {
        "name": tv.server_name,
        "machineIdentifier": tv.machine_id,
        "version": tv.server_version,
        "librarySections": [_library(section) for section in tv.library.sections.values()],
    }
    return answer(request, document, tag="server")


async def home_users(request: Request) -> Response:
    tv = tv_of(request)
    owner = caller_of(request)
    managed = [account for account in tv.accounts.all if account.managed] if owner.access == "owner" else []
    entries: list[Document] = [
        {
            "id": account.id,
            "uuid": account.uuid,
            "admin": account is owner,
            "guest": False,
            "restricted": account.restricted,
            "protected": False,
            "title": account.title,
            "username": "" if account.managed else account.username,
            "email": account.email or "",
            "thumb": account.thumb,
        }
        for account in (owner, *managed)
    ]
    return _xml({"friendlyName": "myPlex", "size": len(entries), "User": entries})


async def gone(request: Request) -> Response:
    return Response(_GONE, status_code=410, media_type="application/xml")


def _owners_server(request: Request) -> PlexTv:
    tv = tv_of(request)
    if caller_of(request).access != "owner":
        raise Refused(403)
    if request.path_params["machine"] != tv.machine_id:
        raise Refused(404)
    return tv


def _sections(tv: PlexTv, account: FakeAccount) -> list[Section]:
    return [
        s for s in tv.library.sections.values() if account.libraries is None or s.title in account.libraries
    ]


def _user(tv: PlexTv, account: FakeAccount) -> Document:
    entry = _USER_SERVER | {
        "id": 50_000 + account.id,
        "serverId": 1,
        "machineIdentifier": tv.machine_id,
        "name": tv.server_name,
        "lastSeenAt": int(tv.clock.now().timestamp()),
        "numLibraries": len(_sections(tv, account)),
        "allLibraries": account.libraries is None,
        "owned": True,
        "pending": account.access == "pending",
    }
    return _USER | {
        "id": account.id,
        "title": account.title,
        "username": "" if account.managed else account.username,
        "email": account.email or "",
        "thumb": account.thumb,
        "home": account.managed,
        "restricted": account.restricted,
        "Server": [entry],
    }


def _shared_server(tv: PlexTv, account: FakeAccount) -> Document:
    visible = _sections(tv, account)
    return {
        "id": 50_000 + account.id,
        "username": account.username,
        "email": account.email or "",
        "userID": account.id,
        "accessToken": account.server_token,
        "name": tv.server_name,
        "acceptedAt": int(account.joined_at.timestamp()),
        "invitedAt": int(account.joined_at.timestamp()),
        "allowSync": False,
        "allowCameraUpload": False,
        "allowChannels": False,
        "allowTuners": False,
        "allowSubtitleAdmin": False,
        "owned": True,
        "allLibraries": account.libraries is None,
        "filterAll": "",
        "filterMovies": "",
        "filterMusic": "",
        "filterPhotos": "",
        "filterTelevision": "",
        "Section": [
            {
                "id": section.global_id,
                "key": section.key,
                "title": section.title,
                "type": section.type,
                "shared": section in visible,
            }
            for section in tv.library.sections.values()
        ],
    }


def _friend(tv: PlexTv, account: FakeAccount) -> Document:
    visible = _sections(tv, account)
    shared = _FRIEND["sharedServers"][0] | {
        "id": 50_000 + account.id,
        "name": tv.server_name,
        "invitedId": account.id,
        "acceptedAt": iso(account.joined_at),
        "machineIdentifier": tv.machine_id,
        "lastSeenAt": iso(tv.clock.now()),
        "libraries": [_library(section) for section in visible],
        "ownerId": tv.accounts.owner.id,
        "numLibraries": len(visible),
        "allLibraries": account.libraries is None,
    }
    return _FRIEND | {
        "sharedServers": [shared],
        "id": account.id,
        "uuid": account.uuid,
        "title": account.title,
        "username": None if account.managed else account.username,
        "restricted": account.restricted,
        "email": account.email,
        "friendlyName": account.title if account.managed else None,
        "thumb": account.thumb,
        "home": account.managed,
    }


def _library(section: Section) -> Document:
    return {"id": section.global_id, "key": section.key, "title": section.title, "type": section.type}


def _xml(container: Document) -> Response:
    return Response(server_xml("MediaContainer", container), media_type="application/xml")


ROUTES = [
    Route("/api/users", users, methods=["GET"]),
    Route("/api/users/", users, methods=["GET"]),
    Route("/api/servers/{machine}/shared_servers", shared_servers, methods=["GET"]),
    Route("/api/v2/friends", friends, methods=["GET"]),
    Route("/api/v2/servers/{machine}", server, methods=["GET"]),
    Route("/api/home/users", home_users, methods=["GET"]),
    Route("/api/friends/{rest:path}", gone),
    Route("/api/invites/requested", gone),
    Route("/api/invites/requests", gone),
]
