"""The link in a mail that turns off what it holds: a page with a button, and one POST for mail programs (RFC 8058)."""

from html import escape
from typing import Annotated
from urllib.parse import quote

from fastapi import Query
from fastapi.responses import HTMLResponse

from medianest_common.contracts.notifications import channels
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import PUBLIC, Gateway

router = Router(
    prefix="/notifications/unsubscribe", tags=["Notifications"], responses=problems(404, 422, 429, 503, 504)
)

Token = Annotated[str, Query(min_length=1, max_length=300)]

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>MediaNest</title>
{content}
</html>
"""
_QUESTION = """<h1>{channel}</h1>
<p>Shall nothing more be sent there about {types}?</p>
<form method="post" action="?token={token}"><button>Nothing more about this</button></form>
<form method="post" action="?token={token}&amp;all=true"><button>Nothing at all any more</button></form>
<p>Everything else can be chosen in your settings, after signing in.</p>"""
_ALREADY = """<h1>{channel}</h1>
<p>Nothing is sent there about {types}.</p>"""
_DONE = """<h1>Done</h1>
<p>{what} You can choose otherwise in your settings at any time.</p>"""


@router.get("", response_class=HTMLResponse, openapi_extra=PUBLIC)
async def ask_to_turn_off_mail(gateway: Gateway, token: Token) -> HTMLResponse:
    """Asks. Programs that follow links on their own change nothing by it."""
    found = await gateway.bus.call(channels.LookAtSubscription(token=token))
    content = _QUESTION if found.subscribed else _ALREADY
    return _page(
        content.format(
            channel=escape(found.channel), types=escape(_listed(found.types)), token=quote(token, safe="")
        )
    )


@router.post("", response_class=HTMLResponse, openapi_extra=PUBLIC)
async def turn_off_mail(gateway: Gateway, token: Token, all: bool = False) -> HTMLResponse:
    """Without signing in: who has the mail may say that no more are wanted of anything in it. The page says of what.
    Twice is once. 404 `LINK_UNKNOWN`."""
    done = await gateway.bus.call(channels.Unsubscribe(token=token, all=all))
    where = f"to {done.channel}" if done.channel else "there"
    what = (
        f"Nothing is sent {where} any more."
        if all
        else f"Nothing more is sent {where} about {_listed(done.types)}."
    )
    return _page(_DONE.format(what=escape(what)))


def _listed(titles: list[str]) -> str:
    *others, last = (f"“{title}”" for title in titles)
    return f"{', '.join(others)} or {last}" if others else last


def _page(content: str) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(content=content))
