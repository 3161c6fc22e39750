"""What differs between paths, in one table that every layer reads."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

type CsrfMode = Literal["off", "cookie", "always"]

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rules:
    """The defaults suit a JSON resource of a signed-in person."""

    is_counted: bool = True
    max_body: int = MIB
    timeout: float = 10.0
    """Seconds until the answer has to begin; a stream may go on after that."""
    authenticate: bool = True
    """False where `Authorization` means something else than a person."""
    basic: bool = False
    """The password of Basic is a personal token, for clients that know nothing else."""
    csrf: CsrfMode = "cookie"
    """`cookie`: a token when the caller came by cookie. `always`: before sign-in too. `off`: for callers that are no
    browsers."""
    json_only: bool = True
    secret_path: bool = False
    """What follows in the address may be a secret: it is not logged even where no route has taken it."""
    any_host: bool = False
    """Answers under every host name, for probes that know only an address."""
    is_quiet: bool = False
    """Successes are not logged."""
    compress: bool = True
    """False where the answer is a stream, or holds secrets next to text that somebody else may choose (BREACH)."""


class PathRules:
    """The longest prefix wins, by whole segments, and inherits from the shorter ones."""

    def __init__(self, table: Mapping[str, Mapping[str, Any]], *, timeout: float = 10.0) -> None:
        self._default = Rules(timeout=timeout)
        self._by_prefix: dict[str, Rules] = {}
        for prefix in sorted(table, key=len):
            self._by_prefix[prefix] = replace(self.of(prefix), **table[prefix])

    def of(self, path: str) -> Rules:
        by_prefix = self._by_prefix
        while path:
            found = by_prefix.get(path)
            if found is not None:
                return found
            path = path.rpartition("/")[0]
        return self._default
