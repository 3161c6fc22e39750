"""The keyring of a backup, and where it goes when that is restored."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from medianest.errors import Refused
from medianest.keeping.archive import KEYRING
from medianest_common.settings import Settings

if TYPE_CHECKING:
    from medianest_common.security.encryption import KeyRing


class KeysOfBackup:
    def __init__(self, settings: Settings, text: bytes) -> None:
        from medianest_common.lifecycle import keyring_file, load_keys
        from medianest_common.security.encryption import KeyRing

        self.ring = KeyRing.parse(text.decode("ascii"))
        self.are_given = settings.secret_key is not None
        self._file = settings.file_of("secret_key") if self.are_given else None
        is_there = self.are_given or keyring_file(settings).exists()
        self.present = load_keys(settings) if is_there else None
        """Those that what is in use was made with."""
        self._differ = self.are_given and not _opens_all_of(self.present, self.ring)
        if self._differ and (self._file is None or not os.access(self._file.parent, os.W_OK)):
            raise Refused(
                "The backup was sealed under other keys than those in MEDIANEST_SECRET_KEY. Put the keyring of its "
                f"time there, and try again; it is the file {KEYRING} in the backup, which is a tar."
            )

    @contextmanager
    def prepared(self, aside: str) -> Iterator[Callable[[], object]]:
        """Gives what puts those of the backup into the file; what was in it lies beside. Unused, nothing is left."""
        if not self._differ or self._file is None:
            yield lambda: None
            return
        kept, fresh = (self._file.with_name(f"{self._file.name}.{name}") for name in (aside, "restoring"))
        try:
            if self._file.exists():
                shutil.copy2(self._file, kept)
            self.ring.save(fresh)
            yield partial(fresh.replace, self._file)
        except BaseException:
            for path in (kept, fresh):
                path.unlink(missing_ok=True)
            raise


def _opens_all_of(present: "KeyRing | None", wanted: "KeyRing") -> bool:
    return present is not None and set(wanted.dump().splitlines()) <= set(present.dump().splitlines())
