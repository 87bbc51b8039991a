"""TLS with the clock of the chip: before it is set, every certificate lies in the future, as on an ESP32.

This machine's mbedTLS judges the certificates; only the date is the chip's, which begins in 2000.
"""

import sys

import machine
import tls

_FIRST_YEAR = 2026  # of a certificate of the tests
_FUTURE = "\nThe certificate validity starts in the future\n"


class _Context(tls.SSLContext):
    def wrap_socket(self, *args, **kw):
        if machine.RTC().datetime()[0] < _FIRST_YEAR:
            raise ValueError(_FUTURE)
        return super().wrap_socket(*args, **kw)


class _Tls:
    SSLContext = _Context
    PROTOCOL_TLS_CLIENT = tls.PROTOCOL_TLS_CLIENT
    CERT_REQUIRED = tls.CERT_REQUIRED


def install():
    sys.modules["tls"] = _Tls
