"""A connection to a server: name look-up, TCP, TLS and certificates.

Its steps do not wait, except for a look-up and, on the chip, for a TLS handshake, which blocks all Python.
"""

import binascii
import errno
import select
import socket

from curfew.services.update import slots

PUBLIC_AUTHORITIES_PATH = "lib/chumicro_sockets/_ca_bundle.der"
_SILENCE_S = 10  # of the server, in a handshake
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END"


class Connection:
    """Opened by step(); then a non-blocking socket for a Client.

    trust: a Trust, None without TLS. address: as in `address` of an earlier connection; None: look up the name.
    """

    def __init__(self, host, port, trust, address=None):
        self.address = address
        self._socket = None
        self._steps = self._opening(host, port, trust)

    def step(self):
        """Take one step; True when the connection is open. Raises OSError, ValueError."""
        return next(self._steps, True)

    def _opening(self, host, port, trust):
        if self.address is None:
            self.address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
            yield
        family, kind, protocol, _, address = self.address
        raw = self._socket = socket.socket(family, kind, protocol)
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
            self._socket = trust.context().wrap_socket(raw, server_hostname=host)
            self._socket.setblocking(False)

    def read(self, buffer):
        """The number of bytes received; 0 at the end of the connection, None without data. Raises OSError."""
        return self._socket.readinto(buffer)

    def send(self, data):
        """The number of bytes sent."""
        return self._socket.write(data) or 0

    def close(self):
        """Close the connection, open or not."""
        if self._socket is not None:
            self._socket.close()


class Trust:
    """The trusted authorities. authorities: PEM text of the only ones; empty or None: the public ones."""

    def __init__(self, authorities):
        self._authorities = authorities
        self._context = None

    def context(self):
        """The SSLContext, made once: later there may be no memory for another, 3 kB in one block.

        Raises OSError, ValueError, MemoryError; the next call then tries again.
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
    """Yield them in DER, one at a time: all need too much memory, and of several in one text the chip takes one."""
    if not pem:
        with open(slots.path(PUBLIC_AUTHORITIES_PATH), "rb") as bundle:
            while head := bundle.read(4):  # a tag and the length of the rest
                yield head + bundle.read(head[2] << 8 | head[3])
        return
    end = 0
    while (start := pem.find(_BEGIN, end)) >= 0:
        end = pem.find(_END, start)
        yield binascii.a2b_base64(pem[start + len(_BEGIN) : end])
