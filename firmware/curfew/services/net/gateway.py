"""Whether the gateway answers: a chip may say "connected" for ever while nothing gets through. Imported when needed."""

import errno
import select
import socket

_PORT = 53  # open or refused, both are answers; port 80 of some routers is silent
_POLL_MS = 100
_POLLS = 30


async def prove(wifi, context, sleep_ms):
    """After 15 min in which no request came: join anew when there is no broker either, and the gateway is silent."""
    wifi.unproved_ms = 0
    if context.has_guest or wifi.status != "online" or context.status["mqtt"] in ("online", "no commands"):
        return
    context.has_guest = True
    try:
        is_there = await answers(wifi.gateway(), sleep_ms)
    finally:
        context.has_guest = False
    if not is_there:
        wifi.end(context.clock.ticks_ms(), "nothing answers")


async def answers(address, sleep_ms, port=_PORT):
    """True when there is any answer to a TCP connection. address: None for none. sleep_ms is asyncio's."""
    if not address:
        return False
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        try:
            connection.connect(socket.getaddrinfo(address, port, 0, socket.SOCK_STREAM)[0][-1])
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                return _is_answer(error)
        poll = select.poll()
        poll.register(connection, select.POLLIN | select.POLLOUT)
        for _ in range(_POLLS):
            if poll.poll(0):
                connection.recv(1)
                return True
            await sleep_ms(_POLL_MS)
        return False
    except OSError as error:
        return _is_answer(error)
    finally:
        connection.close()


def _is_answer(error):
    """Open and silent, or refused; anything else means that nothing came back."""
    return error.errno in (errno.EAGAIN, errno.ECONNREFUSED, errno.ECONNRESET)
