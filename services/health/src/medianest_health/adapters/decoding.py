"""The text of a page, in the encoding that it says it has."""

import codecs
import re

_ENCODINGS = re.compile(
    r"utf-8(-sig)?|utf-16(-[bl]e)?|ascii|iso8859-\d+|cp(125[0-8]|437|85\d|866|874|932|949|950)|koi8-[rtu]|"
    r"gb2312|gbk|gb18030|big5|big5hkscs|shift_jis|euc_(jp|kr)|iso2022_jp|johab|mac-(roman|cyrillic)"
)
"""What pages are written in, by Python's names. Others of its codecs are no encodings of text, refuse to replace what
they cannot read, or take time that grows with the square of the length."""


def text_of(body: bytes, *, encoding: str) -> str:
    try:
        known = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        known = "utf-8"
    return body.decode(known if _ENCODINGS.fullmatch(known) else "utf-8", "replace")
