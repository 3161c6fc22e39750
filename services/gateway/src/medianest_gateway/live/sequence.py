"""Which durable frames may go out next, whatever order they arrive in."""

_MOST_HELD = 256


class Sequence:
    """Numbers leave one by one, without holes and without repeats. What cannot go yet is held, up to a limit."""

    __slots__ = ("_held", "_known", "sent")

    def __init__(self) -> None:
        self.sent = 0
        self._known = 0
        self._held: dict[int, str] = {}

    @property
    def behind(self) -> bool:
        """Whether something is known to exist that was not sent."""
        return self._known > self.sent

    def learn(self, head: int) -> None:
        self._known = max(self._known, head)

    def hold(self, seq: int, text: str) -> None:
        self.learn(seq)
        if seq > self.sent and len(self._held) < _MOST_HELD:
            self._held[seq] = text

    def take(self) -> list[str]:
        """All that may go now, counted as sent."""
        ready = []
        while (text := self._held.pop(self.sent + 1, None)) is not None:
            ready.append(text)
            self.sent += 1
        return ready

    def advance(self, seq: int) -> None:
        """Everything up to `seq` was sent some other way."""
        self.sent = max(self.sent, seq)
        self._known = max(self._known, self.sent)
        self._held = {held: text for held, text in self._held.items() if held > self.sent}

    def restart(self, seq: int) -> None:
        """Go on from `seq`, even if that is further back or in another history."""
        self.sent = self._known = seq
        self._held = {held: text for held, text in self._held.items() if held > seq}
        self._known = max(self._held, default=seq)
