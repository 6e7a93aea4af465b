"""Listening: an application served over HTTP until its task is cancelled."""

import asyncio
import socket
from typing import Any

import uvicorn


async def serve(app: Any, host: str, port: int) -> None:
    """Serves until cancelled, then answers what is under way, five seconds at most. OSError when the port is taken."""
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        h11_max_incomplete_event_size=1024 * 1024,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve([listening]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
