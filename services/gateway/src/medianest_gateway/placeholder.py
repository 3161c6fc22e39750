"""What is shown where a picture is missing: a plain card that fits any size."""

PLACEHOLDER = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 300" width="200" height="300" role="img" '
    b'aria-label="No picture">'
    b'<rect width="200" height="300" fill="#2b2f33"/>'
    b'<g fill="none" stroke="#7c838a" stroke-width="6" stroke-linejoin="round">'
    b'<rect x="50" y="110" width="100" height="80" rx="8"/>'
    b'<path d="M50 175l28-26 22 20 18-14 32 26"/><circle cx="120" cy="135" r="7"/></g></svg>'
)
HEADERS = {
    # Soon asked for again: the picture may be back.
    "Cache-Control": "private, max-age=30",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
