"""The page a person sees on app.plex.tv: choose an account, and the PIN is claimed."""

from html import escape
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from .tv_answers import form_of, tv_of

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in to the pretend Plex</title>
<style>
body { font: 16px system-ui; background: #1f2326; color: #eee; display: grid; place-items: center;
  min-height: 90vh }
main { width: min(24rem, 90vw) }
button { display: block; width: 100%; margin: .5rem 0; padding: .8rem; font: inherit; border: 0;
  border-radius: .4rem;  background: #e5a00d; color: #1f2326; text-align: left; cursor: pointer }
small { opacity: .75 }
</style>
</head>
<body>
<main>
<h1>Who are you?</h1>
<p>This stands in for app.plex.tv. Choose an account to sign in as.</p>
<form method="post" action="/auth">
<input type="hidden" name="code" value="$code">
<input type="hidden" name="forwardUrl" value="$forward">
$accounts
</form>
</main>
<script>
const asked = new URLSearchParams(location.hash.replace(/^#!?\\??/, ""));
for (const input of document.querySelectorAll("input")) {
  if (asked.has(input.name)) input.value = asked.get(input.name);
}
</script>
</body>
</html>
""")
_BUTTON = Template("""<button name="account" value="$id">$title<br><small>$access</small></button>""")
_ACCESS = {
    "owner": "owns the server",
    "friend": "the server is shared with this account",
    "pending": "invited, not yet accepted",
    "none": "no access to the server",
}


async def choose(request: Request) -> Response:
    """Takes the parameters from the query or, as Plex does, from behind the `#`."""
    buttons = [
        _BUTTON.substitute(id=account.id, title=escape(account.title), access=_ACCESS[account.access])
        for account in tv_of(request).accounts.all
        if not account.managed
    ]
    query = request.query_params
    return HTMLResponse(
        _PAGE.substitute(
            code=escape(query.get("code", "")),
            forward=escape(query.get("forwardUrl", "")),
            accounts="\n".join(buttons),
        )
    )


async def claim(request: Request) -> Response:
    accounts = tv_of(request).accounts
    form = dict(await form_of(request))
    account = accounts.by_id(int(form.get("account") or 0))
    if account is None:
        return HTMLResponse("<h1>Unknown account</h1>", status_code=400)
    try:
        accounts.claim(form.get("code", ""), account)
    except LookupError:
        return HTMLResponse("<h1>This sign-in is no longer valid</h1><p>Start again.</p>", status_code=404)
    forward = form.get("forwardUrl", "")
    if forward.startswith(("http://", "https://")):
        return RedirectResponse(forward, status_code=303)
    return HTMLResponse("<h1>You are signed in</h1><p>You may close this window.</p>")


ROUTES = [
    Route("/auth", choose, methods=["GET"]),
    Route("/auth/", choose, methods=["GET"]),
    Route("/auth", claim, methods=["POST"]),
]
