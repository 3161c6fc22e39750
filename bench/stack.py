"""What our middleware adds to FastAPI, and what a request costs that needs no service."""

import asyncio
import sys

import psutil

from bench.load import measure as measure_load
from bench.load import request
from bench.middleware import listening
from bench.product import product
from bench.table import Row

BARE = """
import asyncio, sys
import uvicorn, uvloop
from fastapi import FastAPI
app = FastAPI()
@app.get("/health")
async def health(): return {"status": "ok"}
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""


async def measure() -> list[Row]:
    rounds = []
    async with product() as ours:
        bare_port = ours.port + 1
        bare = await asyncio.create_subprocess_exec(sys.executable, "-c", BARE, str(bare_port))
        try:
            await listening(bare_port)
            for _ in range(3):
                plain = await measure_load(
                    bare_port,
                    [request("GET", "/health")],
                    seconds=3,
                    processes=lambda: [psutil.Process(bare.pid)],
                )
                full = await measure_load(
                    ours.port, [request("GET", "/health")], seconds=3, processes=ours.processes
                )
                rounds.append((full.cpu_each_ms, plain.cpu_each_ms))
        finally:
            bare.terminate()
            await bare.wait()
    full_ms, plain_ms = sorted(rounds, key=lambda pair: pair[0] / pair[1])[1]
    return [
        Row(
            "request that needs no service (health), CPU",
            f"{full_ms:.3f} ms, {full_ms / plain_ms:.2f} × FastAPI",
            "≤ 0.25 ms, ≤ 2 ×",
            f"bare FastAPI {plain_ms:.3f} ms; Seerr 0.87 ms",
            full_ms <= 0.25 and full_ms <= 2 * plain_ms,
        )
    ]
