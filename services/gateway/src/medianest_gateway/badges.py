"""A label and a value as a small picture, for pages elsewhere."""

from xml.sax.saxutils import escape

from medianest_common.contracts.health.pages import BadgeFacts, BadgeTone

_COLOURS = {
    BadgeTone.GOOD: "#2e7d32",
    BadgeTone.FAIR: "#9a6700",
    BadgeTone.BAD: "#c62828",
    BadgeTone.NEUTRAL: "#616161",
}
"""Each dark enough for white letters (WCAG AA)."""
_LONGEST = 60
_PADDING = 6
_NARROW, _WIDE = frozenset("ijl.,:;'|!()[]ftr1 I"), frozenset("mwMW%@")

# `textLength` makes the text fit whatever letters there are. No `style`, which our own policy would refuse.
_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{title}">'
    "<title>{title}</title>"
    '<clipPath id="c"><rect width="{width}" height="20" rx="3"/></clipPath>'
    '<g clip-path="url(#c)"><rect width="{left}" height="20" fill="#424242"/>'
    '<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>'
    '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
    '<text x="{label_at}" y="14" textLength="{label_width}" lengthAdjust="spacingAndGlyphs">{label}</text>'
    '<text x="{value_at}" y="14" textLength="{value_width}" lengthAdjust="spacingAndGlyphs">{value}</text>'
    "</g></svg>"
)


def draw(facts: BadgeFacts, *, label: str | None = None) -> str:
    label, value = _shown(label or "") or facts.label, _shown(facts.value)
    label_width, value_width = _width(label), _width(value)
    left, right = label_width + 2 * _PADDING, value_width + 2 * _PADDING
    return _PICTURE.format(
        width=left + right,
        left=left,
        right=right,
        colour=_COLOURS[facts.tone],
        label_at=left / 2,
        value_at=left + right / 2,
        label_width=label_width,
        value_width=value_width,
        label=_escaped(label),
        value=_escaped(value),
        title=_escaped(f"{label}: {value}"),
    )


def _shown(text: str) -> str:
    """One line of what XML may hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST]


def _escaped(text: str) -> str:
    return escape(text, {'"': "&quot;", "'": "&apos;"})


def _width(text: str) -> int:
    return round(sum(_letter(character) for character in text)) or 1


def _letter(character: str) -> float:
    if character in _NARROW:
        return 4.3
    if character in _WIDE:
        return 10.4
    return 7.0 if character.isascii() else 11.0
