"""One field of a form that another system sends. Files beside it are not looked at."""

from email.message import Message
from urllib.parse import parse_qs

from medianest_common.errors import BadRequest, UnsupportedMediaType

_MOST_PARTS = 20
_LONGEST_HEADER = 4096


def text_field(name: str, *, body: bytes, content_type: str) -> str:
    """Raises `UnsupportedMediaType` for what is no form and `BadRequest` for one without this field."""
    header = Message()
    header["content-type"] = content_type
    match header.get_content_type():
        case "multipart/form-data":
            found = _of_parts(name, body, boundary=header.get_param("boundary"))
        case "application/x-www-form-urlencoded":
            found = _of_pairs(name, body)
        case _:
            raise UnsupportedMediaType("Send a form: multipart/form-data with a field of JSON.")
    if found is None:
        raise BadRequest(f"The form has no field `{name}`.")
    try:
        return found.decode()
    except UnicodeDecodeError:
        raise BadRequest(f"The field `{name}` is not UTF-8.") from None


def _of_pairs(name: str, body: bytes) -> bytes | None:
    try:
        fields = parse_qs(body, max_num_fields=_MOST_PARTS)
    except ValueError:
        raise BadRequest("The form has too many fields.") from None
    return fields.get(name.encode(), [None])[0]


def _of_parts(name: str, body: bytes, *, boundary: object) -> bytes | None:
    if not isinstance(boundary, str) or not boundary.isascii() or not boundary:
        raise BadRequest("The form does not say what is between its parts.")
    mark = b"--" + boundary.encode()
    parts = (b"\r\n" + body).split(b"\r\n" + mark)[1:]
    if len(parts) > _MOST_PARTS + 1:
        raise BadRequest("The form has too many parts.")
    for part in parts:
        head, found, content = part.partition(b"\r\n\r\n")
        if found and len(head) <= _LONGEST_HEADER and _name_of(head) == name:
            return content
    return None


def _name_of(head: bytes) -> str | None:
    for line in head.decode("utf-8", "replace").split("\r\n"):
        title, _, value = line.partition(":")
        if title.strip().lower() == "content-disposition":
            disposition = Message()
            disposition["content-disposition"] = value.strip()
            named = disposition.get_param("name", header="content-disposition")
            return named if isinstance(named, str) else None
    return None
