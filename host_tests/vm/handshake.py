"""On the VM: a TLS handshake with localhost that trusts an authority; prints "open", or the error.

micropython handshake.py PORT CA_DER
"""

import sys

import tls
import usocket

context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
context.verify_mode = tls.CERT_REQUIRED
with open(sys.argv[2], "rb") as file:
    context.load_verify_locations(file.read())
stream = usocket.socket()
stream.connect(usocket.getaddrinfo("127.0.0.1", int(sys.argv[1]))[0][-1])
try:
    context.wrap_socket(stream, server_hostname="localhost")
    print("open")
except (OSError, ValueError) as error:
    print(repr(error))
