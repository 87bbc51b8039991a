"""A connection to a server: look-up, TCP, TLS; the only file that knows certificates.

Belongs here: opening it step by step, whom to trust, bytes in and out. Does not: when a step may begin, what is said
(mqtt.py). No step waits, but for a look-up and, on the chip, for a TLS handshake, which holds everything up.
"""

import binascii
import errno
import select
import socket

from curfew.services.update import slots

PUBLIC_AUTHORITIES_PATH = "lib/chumicro_sockets/_ca_bundle.der"
_SILENCE_S = 10  # of the other side, in a handshake
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END"


class Connection:
    """Opened by step(); from then on what an MQTTClient wants of a socket that never waits.

    trust: a Trust, None without TLS. found: what an earlier connection found under this name, as its `found` says;
    None: look it up.
    """

    def __init__(self, host, port, trust, found=None):
        self.found = found
        self._socket = None
        self._steps = self._opening(host, port, trust)

    def step(self):
        """One step towards the server; True when there is none left. Raises OSError, ValueError."""
        return next(self._steps, True)

    def _opening(self, host, port, trust):
        if self.found is None:
            self.found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
            yield
        family, kind, protocol, _, address = self.found
        raw = self._socket = socket.socket(family, kind, protocol)
        raw.setblocking(False)
        try:
            raw.connect(address)
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                raise
        poll = select.poll()
        poll.register(raw, select.POLLOUT)
        while not poll.poll(0):  # refused, too, is an answer: the first word fails
            yield
        if trust:
            raw.settimeout(_SILENCE_S)
            self._socket = trust.context().wrap_socket(raw, server_hostname=host)
            self._socket.setblocking(False)

    def recv_into(self, buffer, size):
        """How many bytes came; 0 at the end of the connection. Raises OSError, EAGAIN while there is nothing."""
        count = self._socket.readinto(buffer, size)
        if count is None:
            raise OSError(errno.EAGAIN, "nothing yet")
        return count

    def send(self, data):
        """How many of the bytes went."""
        return self._socket.write(data) or 0

    def close(self):
        """End it, open or not."""
        if self._socket is not None:
            self._socket.close()


class Trust:
    """Whom to believe who a server is: authorities, PEM text of the only ones; empty or None for the public ones."""

    def __init__(self, authorities):
        self._authorities = authorities
        self._context = None

    def context(self):
        """An SSLContext, made once: after trouble there may be no room for another, 3 kB in one piece.

        Raises OSError, ValueError, MemoryError; then it is made at the next call.
        """
        if self._context is None:
            import tls

            context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
            context.verify_mode = tls.CERT_REQUIRED  # type: ignore[attr-defined]  # the stubs do not know it
            for certificate in _certificates(self._authorities):
                context.load_verify_locations(certificate)
            self._context = context
        return self._context


def _certificates(pem):
    """In DER, one at a time: for all of them there is no room, and of many in one piece the chip takes the first."""
    if not pem:
        with open(slots.path(PUBLIC_AUTHORITIES_PATH), "rb") as bundle:
            while head := bundle.read(4):  # a tag, and how long the rest is
                yield head + bundle.read(head[2] << 8 | head[3])
        return
    end = 0
    while (start := pem.find(_BEGIN, end)) >= 0:
        end = pem.find(_END, start)
        yield binascii.a2b_base64(pem[start + len(_BEGIN) : end])
