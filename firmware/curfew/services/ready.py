"""Sockets of a server, and waiting for bytes without reading them: what asyncio does inside, without its streams."""

import asyncio
import select
import socket
import sys


def listening(listener, host, port, waiting):
    """Make a socket take connections, of which so many may wait. Raises OSError when the port is taken."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo(host, port)[0][-1])
    listener.listen(waiting)
    listener.setblocking(False)


def close(writer):
    """Close the socket of a stream at once; MicroPython's streams do so only when they are awaited."""
    getattr(writer, "s", writer).close()


def readable(source, sleep_ms):
    """Awaited, it returns when the socket has bytes, TLS's decrypted ones included, or is closed, or broken."""
    return _in_queue(source) if sys.implementation.name == "micropython" else _looked_at(source, sleep_ms)


def _in_queue(source):
    # A text, because the build shortens names.
    yield getattr(asyncio.core, "_io_queue").queue_read(source)  # type: ignore[attr-defined]  # noqa: B009


async def _looked_at(source, sleep_ms):
    while not select.select([source], [], [], 0)[0]:
        await sleep_ms(2)
