"""Listening: an application answers until it is cancelled; a port that is taken is said at once."""

import asyncio
import socket

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from deploy.local.ports import free_port
from libs.runtime.serving import serve
from tests.support.eventually import eventually


async def _hello(_: object) -> PlainTextResponse:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", _hello)])


async def test_it_answers_until_it_is_cancelled() -> None:
    port = free_port()
    serving = asyncio.ensure_future(serve(APP, "127.0.0.1", port))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

        async def answers() -> bool:
            try:
                return (await client.get("/")).text == "hello"
            except httpx.TransportError:
                return False

        await eventually(answers)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        assert not await answers()


async def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await serve(APP, "127.0.0.1", taken.getsockname()[1])
