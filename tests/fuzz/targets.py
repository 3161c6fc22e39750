"""What is fed to whom: `test_targets.py` does so in every run of the tests, `make fuzz` for as long as one likes."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from tests.fuzz import reading


@dataclass(frozen=True)
class Target:
    """`seeds` are sensible; what is fed grows out of them."""

    feed: Callable[[bytes], None]
    seeds: Sequence[bytes]


_PASS = f"{int(reading.NOW.timestamp()) + 60}.{UUID(int=1).hex}.{UUID(int=2).hex}.{'0' * 64}"
_JWT_HEAD = json.dumps({"alg": "Ed25519", "typ": "at+jwt", "kid": "k"}).encode()
_JWT = base64.urlsafe_b64encode(_JWT_HEAD).rstrip(b"=") + b".e30.AA"
_PART = b'--b\r\nContent-Disposition: form-data; name="payload"\r\n\r\n{}\r\n--b--\r\n'
_FORM = b"multipart/form-data; boundary=b\n" + _PART
_TITLES = ["A title: s01e02 “x” 2020-01-02".encode(), b"..", b"CON.txt", "O@Exämple.org".encode()]
_ARR = {
    "eventType": "Download",
    "instanceName": "Radarr",
    "downloadId": "x",
    "movie": {"tmdbId": 603, "imdbId": "tt0133093", "title": "The Matrix", "year": 1999},
    "movieFile": {"id": 1, "relativePath": "a.mkv", "quality": "Bluray-2160p"},
    "series": {"tvdbId": 1, "title": "Show", "year": 2008},
    "episodes": [{"id": 1, "seasonNumber": 1, "episodeNumber": 2}],
    "episodeFiles": [{"id": 1}],
    "downloadInfo": {"quality": "HD", "title": "t"},
    "deletedFiles": True,
}
_KUMA = {
    "heartbeat": {"status": 0, "monitorID": 1, "time": "2026-11-30 10:00:00", "msg": "refused"},
    "monitor": {"id": 1, "name": "NAS", "type": "http", "childrenIDs": []},
    "msg": "[NAS] down",
}
_SEERR = {"request": {"request_id": "7"}, "media": {"media_type": "movie", "tmdbId": "603"}, "issue": {}}
_MONITOR = {
    "id": 5,
    "name": "NAS",
    "type": "http",
    "url": "https://nas",
    "hostname": "nas",
    "port": 80,
    "interval": 60,
    "timeout": 48.0,
    "retryInterval": 60,
    "maxretries": 1,
    "accepted_statuscodes": ["200-299"],
    "headers": "{}",
    "parent": None,
    "active": True,
    "tags": [],
}
_ITEM = {
    "ratingKey": "1",
    "type": "movie",
    "title": "Heat",
    "year": 1995,
    "Guid": [{"id": "tmdb://949"}],
    "Media": [{"videoResolution": "1080", "Part": [{"file": "/a/b.mkv"}]}],
    "Genre": [{"tag": "Crime"}],
    "addedAt": 1,
    "duration": 1,
    "viewCount": 1,
    "originallyAvailableAt": "1995-12-15",
}
_FRAME = {
    "NotificationContainer": {"type": "timeline", "size": 1, "TimelineEntry": [{"itemID": "1", "state": 5}]}
}
_METADATA = {
    "issuer": "https://id.example.org",
    "authorization_endpoint": "https://id.example.org/a",
    "token_endpoint": "https://id.example.org/t",
    "jwks_uri": "https://id.example.org/k",
    "userinfo_endpoint": "https://id.example.org/u",
    "token_endpoint_auth_methods_supported": ["client_secret_post"],
    "keys": [
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "k"}
    ],
}
_SETTINGS = {
    "format": "medianest-settings",
    "version": 1,
    "monitors": [{"name": "NAS", "spec": {"kind": "tcp", "host": "nas", "port": 1}}],
}


def _of(*documents: object) -> list[bytes]:
    return [json.dumps(each).encode() for each in documents]


TARGETS = {
    "strict_json": Target(reading.strict_json, _of(_ARR, [1.5, -1, True, None, "ü\n", {"a": {}}])),
    "redaction": Target(
        reading.redaction,
        [b"Authorization: Bearer abcdefgh https://a:b@c/?token=x&code=1 mnr_abcdefghijkl eyJhbGciOi.J9.x"],
    ),
    "tokens": Target(
        reading.tokens,
        [
            _JWT,
            _PASS.encode(),
            b"Basic bW5wXzpt",
            b"mnp_a",
        ],
    ),
    "signatures": Target(reading.signatures, [b"msg_1|1796000000|v1,AAAA v1,BBBB\n{}"]),
    "headers": Target(
        reading.headers,
        [
            b"gzip;q=0.5, br, *;q=0",
            b'W/"abc", "def-gzip", *',
            b"[2001:db8::1%eth0]:80",
            b"::ffff:127.0.0.1",
            b"Sat, 29 Nov 2026 10:00:00 GMT",
            b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ],
    ),
    "addresses": Target(
        reading.addresses,
        [
            b"http://[::ffff:127.0.0.1]:5055/x?y=1#z",
            b"https://user@host:99999/",
            b"/library/x?y=1",
            b"//evil/x",
        ],
    ),
    "return_paths": Target(
        reading.return_paths,
        [b"/title/movie/603?x=1#y", b"/%2f%2fevil", b"https://files.example.org/a?b", b"//evil"],
    ),
    "links": Target(
        reading.links,
        [
            b"https://www.youtube.com/watch?v=aaaaaaaaaaa&list=PLaaaaaaaaaaaa",
            b"https://youtu.be/aaaaaaaaaaa?t=1",
            b"@trains/videos",
            b"https://www.youtube.com/channel/UCaaaaaaaaaaaaaaaaaaaaaa",
        ],
    ),
    "names": Target(
        reading.names,
        [
            "A title: s01e02 “x” 2020-01-02".encode(),
            b"..",
            b"CON.txt",
            "O@Exämple.org".encode(),
            "\u06dc\x1e\u0659".encode(),
        ],
    ),
    "webhooks": Target(
        reading.webhooks, _of(_ARR, _KUMA, _SEERR, {"event": "down", "monitor": "Backup", "message": "m"})
    ),
    "forms": Target(
        reading.forms,
        [_FORM],
    ),
    "uptime_kuma": Target(reading.uptime_kuma, _of([_MONITOR])),
    "plex": Target(reading.plex, _of([_ITEM], _FRAME, {"MediaContainer": {"size": 1, "Metadata": [_ITEM]}})),
    "openid": Target(reading.openid, _of(_METADATA)),
    "files": Target(
        reading.files,
        [
            *_of(_SETTINGS),
            b"#HttpOnly_.youtube.com\tTRUE\t/\tTRUE\t1999999999\tSID\tx",
            b"FREQ=WEEKLY;BYDAY=MO,TU;INTERVAL=2",
        ],
    ),
    "backups": Target(reading.backups, []),
}
