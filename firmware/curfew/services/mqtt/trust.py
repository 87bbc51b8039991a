"""Which authority may vouch for a server. Imported only for a server with TLS."""

import binascii
from hashlib import sha256

from curfew.services.context import AUTHORITY_PATH
from curfew.services.update import slots
from curfew.storage import files

_NEXT_MS = 200  # to the handshake with the next authority
_CHANGED_MS = 86400000
PUBLIC_AUTHORITIES_PATH = "lib/chumicro_sockets/_ca_bundle.der"
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END"


class Trust:
    """Which authority may vouch for a host. authorities: PEM text of the only ones; empty or None: a public one.

    All public authorities at once take 35 KiB of a chip. So they are tried one after another, and the one that vouched
    for the host is the only one from then on (authority.txt).
    """

    def __init__(self, authorities, host):
        self._authorities = authorities
        self._host = host
        self._context = None
        self._number = 0  # of the public authority that is tried
        self._chosen = ""  # its fingerprint
        self._stored = ""  # of the one that vouched for the host
        if not authorities:
            for line in files.lines(AUTHORITY_PATH):
                if line.split()[0] == host:
                    self._stored = line.split()[1]

    def context(self):
        """The SSLContext, made once for each authority: later there may be no memory for another, 3 kB in one block.

        Raises OSError, ValueError, MemoryError; the next call then tries again.
        """
        if self._context is None:
            import tls

            context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
            context.verify_mode = tls.CERT_REQUIRED  # type: ignore[attr-defined]  # the stubs do not know it
            for certificate in _own(self._authorities) if self._authorities else self._public():
                context.load_verify_locations(certificate)
            self._context = context
        return self._context

    def _public(self):
        """Yield the stored authority, or the one that is tried."""
        number = 0
        for certificate in _bundle():
            self._chosen = sha256(certificate).digest()[:16].hex()
            if self._chosen == self._stored or not self._stored and number == self._number:
                yield certificate
                return
            number += 1

    def is_trying(self):
        """True while no authority is known for the host: only then one after another is tried."""
        return not self._authorities and not self._stored

    def refused(self, error):
        """After a handshake that failed: milliseconds until the next one, None for the usual pause.

        Another public authority is tried only when the server's certificate is not of this one, and none is stored.
        """
        if self._authorities or not _is_untrusted(str(error)):
            return None
        self._context = None
        if self._stored:  # another server, or a new certificate: a day later, or when the settings are saved
            self._stored = ""
            self._number = 0
            return _CHANGED_MS
        self._number += 1
        if self._number < sum([1 for _ in _bundle()]):
            return _NEXT_MS
        self._number = 0
        return None

    def keep(self, flash_allowed):
        """After a handshake that succeeded: store the authority, as soon as files may be written."""
        if not self.is_trying():
            return
        try:
            lines = [line for line in files.lines(AUTHORITY_PATH) if line.split()[0] != self._host]
            if files.replace(AUTHORITY_PATH, lines + [self._host + " " + self._chosen], flash_allowed):
                self._stored = self._chosen
        except OSError:  # the next session tries again
            pass


def _is_untrusted(text):
    """True for "signed by another", in the words of mbedTLS and of CPython; no other error means that."""
    return "not correctly signed" in text or "local issuer" in text or "self-signed" in text


def _bundle():
    """Yield the public authorities in DER, one at a time."""
    with open(slots.path(PUBLIC_AUTHORITIES_PATH), "rb") as bundle:
        while head := bundle.read(4):  # a tag and the length of the rest
            yield head + bundle.read(head[2] << 8 | head[3])


def _own(pem):
    """Yield certificates in DER, one at a time: of several in one text the chip takes one."""
    end = 0
    while (start := pem.find(_BEGIN, end)) >= 0:
        end = pem.find(_END, start)
        yield binascii.a2b_base64(pem[start + len(_BEGIN) : end])
