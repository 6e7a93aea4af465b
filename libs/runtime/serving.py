"""Listening: an application served over HTTP until its task is cancelled."""

import asyncio
from typing import Any

import uvicorn


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the process has them."""

    def install_signal_handlers(self) -> None:
        return


async def serve(app: Any, host: str, port: int) -> None:
    """Serves until cancelled, then answers what is under way, five seconds at most. OSError when the port is taken."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        h11_max_incomplete_event_size=1024 * 1024,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    serving = asyncio.create_task(server._serve())
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
    if not server.should_exit:
        raise OSError(f"cannot listen on {host}:{port}")
