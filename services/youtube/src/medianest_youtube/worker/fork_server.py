"""A process that has yt-dlp loaded and gives birth to one process per order, within milliseconds.

`python -I -m medianest_youtube.worker.fork_server CONTROL [FOLDER [FFMPEG]]`. It stands between the service and those
that work: when the service is gone the control socket ends, and with it every process here. A process that ends takes
its whole group with it, so that no ffmpeg is left over.
"""

import contextlib
import gc
import os
import resource
import selectors
import signal
import socket
import struct
import sys
import traceback

from medianest_youtube.worker import processes

MESSAGE = struct.Struct("!BIi")
READY, STARTED, ENDED = 1, 2, 3
SPAWN, SIGNAL = 1, 2

_FDS = 3
_NICENESS = 10


class ForkServer:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._running: dict[int, int] = {}
        """Process ids by number of the order."""

    def serve(self) -> None:
        awake, wake = socket.socketpair()
        for end in (awake, wake):
            end.settimeout(0)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(awake, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if awake in ready:
                    with contextlib.suppress(BlockingIOError):
                        awake.recv(4096)
                    self._reap()
                if self._control in ready and not self._obey():
                    signal.set_wakeup_fd(-1)
                    return

    def end_all(self) -> None:
        for pid in self._running.values():
            _kill_group(pid, signal.SIGKILL)

    def _obey(self) -> bool:
        """False once the service is gone."""
        try:
            message, fds, _, _ = socket.recv_fds(self._control, MESSAGE.size, _FDS)
        except ConnectionError:
            return False
        if len(message) < MESSAGE.size:
            return False
        what, number, argument = MESSAGE.unpack(message)
        if what == SPAWN and len(fds) == _FDS:
            self._spawn(number, fds)
        elif what == SIGNAL and number in self._running:
            _kill_group(self._running[number], signal.Signals(argument))
        for fd in fds:
            os.close(fd)
        return True

    def _spawn(self, number: int, fds: list[int]) -> None:
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            status = 70
            try:
                status = _live(server, fds)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        self._running[number] = pid
        self._tell(STARTED, number, pid)

    def _reap(self) -> None:
        """The group goes before its leader is reaped: until then the number can mean nobody else."""
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if found is None:
                return
            number = next((n for n, pid in self._running.items() if pid == found.si_pid), None)
            if number is not None:
                _kill_group(found.si_pid, signal.SIGKILL)
            _, status = os.waitpid(found.si_pid, 0)
            if number is not None:
                del self._running[number]
                self._tell(ENDED, number, os.waitstatus_to_exitcode(status))

    def _tell(self, what: int, number: int, argument: int) -> None:
        with contextlib.suppress(ConnectionError):
            self._control.sendall(MESSAGE.pack(what, number, argument))


def _live(server: int, fds: list[int]) -> int:
    """What a new process does before its order; returns how it ended."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    processes.die_with_parent()
    if os.getppid() != server:
        return 70
    order, lines, complaints = fds
    os.dup2(order, 0)
    os.dup2(complaints, 1)
    os.dup2(complaints, 2)
    # All but the lines: the server's sockets and what belongs to other orders.
    kept = os.dup2(lines, 3, inheritable=False)
    os.closerange(4, 4096)
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o022)
    from medianest_youtube.worker import child

    return child.run(kept)


def _kill_group(pid: int, number: signal.Signals) -> None:
    """A process just born has no group of its own yet, and nobody else in it."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    except PermissionError:
        pass


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    folder, ffmpeg = (*sys.argv[2:4], "", "")[:2]
    if folder:
        sys.path.insert(0, folder)
    # The service decides when this ends, not a Ctrl-C that everybody on the terminal gets.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.adopt_orphans()
    from medianest_youtube.worker import child

    version = child.preload(ffmpeg or None).encode()
    gc.collect()
    gc.freeze()
    control.sendall(MESSAGE.pack(READY, 0, len(version)) + version)
    server = ForkServer(control)
    try:
        server.serve()
    finally:
        server.end_all()


if __name__ == "__main__":
    main()
