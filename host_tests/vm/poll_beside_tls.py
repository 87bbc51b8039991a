"""On the VM: look at a set of eight sockets and a TLS one that came first, in a heap in which nothing grows in place.

    micropython poll_beside_tls.py      MICROPYPATH holds simulator/fakes/realtime/air, or not
Prints how many are ready: all, the TLS one with an error.
"""

import select

import tls
import usocket

friend = usocket.socket()
friend.setblocking(False)
try:
    friend.connect(usocket.getaddrinfo("127.0.0.1", 9)[0][-1])
except OSError:  # on its way, or refused
    pass
context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
context.verify_mode = tls.CERT_NONE
polled = select.poll()
polled.register(context.wrap_socket(friend, do_handshake_on_connect=False), select.POLLIN)
kept = []
for _ in range(8):
    kept.append(usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM))
    polled.register(kept[-1], select.POLLOUT)
    kept += [bytearray(16) for _ in range(500)]
print("ready", len(list(polled.ipoll(0))))
