"""A small HTTP client that costs little itself: keep-alive connections, one request in flight on each."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Run:
    """CPU is that of all processes that `measure` was told of, not the client's."""

    requests: int
    seconds: float
    latencies_ms: list[float]
    cpu_ms: float
    failed: int

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    @property
    def cpu_each_ms(self) -> float:
        return self.cpu_ms / max(self.requests, 1)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies_ms)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    def __str__(self) -> str:
        return (
            f"{self.cpu_each_ms:.2f} ms CPU, {self.per_second:.0f}/s, "
            f"p50 {self.percentile(0.5):.1f} ms, p99 {self.percentile(0.99):.1f} ms"
        )


async def measure(
    port: int | Sequence[int],
    requests: "list[bytes]",
    *,
    connections: int = 16,
    seconds: float = 6,
    warm_up: float = 1.5,
    processes: Callable[[], list[psutil.Process]] = list,
    expect: int = 200,
) -> Run:
    """Send the prepared requests round robin until the time is over; `requests` are whole HTTP/1.1 messages.

    Connections are spread over the ports. `processes` is asked after the warm-up: PostgreSQL has begun one for each
    connection by then.
    """
    ports = [port] if isinstance(port, int) else port
    latencies: list[float] = []
    failed = 0
    position = 0
    started = time.perf_counter()
    measuring_from = started + warm_up
    until = measuring_from + seconds
    cpu_before = 0.0
    counted: list[psutil.Process] = []

    async def worker(number: int) -> None:
        nonlocal failed, position
        reader, writer = await asyncio.open_connection("127.0.0.1", ports[number % len(ports)])
        while (now := time.perf_counter()) < until:
            position += 1
            writer.write(requests[position % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            lower = head.lower()
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 : lower.find(b"\r\n", at)]) if at >= 0 else 0
            if length:
                await reader.readexactly(length)
            if now >= measuring_from:
                latencies.append((time.perf_counter() - now) * 1000)
                failed += int(head[9:12]) != expect
        writer.close()

    async def mark() -> None:
        nonlocal cpu_before, counted
        await asyncio.sleep(warm_up)
        counted = processes()
        cpu_before = cpu_seconds(counted)

    await asyncio.gather(mark(), *map(worker, range(connections)))
    cpu = (cpu_seconds(counted) - cpu_before) * 1000
    return Run(len(latencies), seconds, latencies, cpu, failed)


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """User and system time, with that of children that have ended."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def tree(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def request(method: str, path: str, *, token: str = "", body: bytes = b"", host: str = "localhost") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body or method == "POST":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
