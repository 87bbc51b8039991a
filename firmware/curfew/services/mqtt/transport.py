"""A connection to a server: name look-up, TCP, TLS.

Its steps do not wait, except for a look-up and, on the chip, for a TLS handshake, which blocks all Python.
"""

import errno
import select
import socket

_SILENCE_S = 10  # of the server, in a handshake
_IPPROTO_TCP, _TCP_NODELAY = 6, 1  # not every VM names them


class Connection:
    """Opened by step(); then a non-blocking socket for a Client.

    trust: a Trust, None without TLS. address: as in `address` of an earlier connection; None: look up the name.
    """

    def __init__(self, host, port, trust, address=None):
        self.address = address
        self.socket = None
        self._steps = self._opening(host, port, trust)

    def step(self):
        """Take one step; True when the connection is open. Raises OSError, ValueError."""
        return next(self._steps, True)

    def _opening(self, host, port, trust):
        if self.address is None:
            self.address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
            yield
        family, kind, protocol, _, address = self.address
        raw = self.socket = socket.socket(family, kind, protocol)
        raw.setsockopt(_IPPROTO_TCP, _TCP_NODELAY, 1)  # or a state waits 40 ms for a broker that answers nothing
        raw.setblocking(False)
        try:
            raw.connect(address)
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                raise
        poll = select.poll()
        poll.register(raw, select.POLLOUT)
        while not poll.poll(0):  # also true after a refusal: the first write then fails
            yield
        if trust:
            raw.settimeout(_SILENCE_S)
            self.socket = trust.context().wrap_socket(raw, server_hostname=host)
            self.socket.setblocking(False)

    def read(self, buffer):
        """The number of bytes received; 0 at the end of the connection, None without data. Raises OSError."""
        return self.socket.readinto(buffer)

    def send(self, data):
        """The number of bytes sent."""
        return self.socket.write(data) or 0

    def close(self):
        """Close the connection, open or not."""
        if self.socket is not None:
            self.socket.close()
