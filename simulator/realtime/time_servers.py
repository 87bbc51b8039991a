"""Time servers on loopback, which answer SNTP requests with this machine's time."""

import functools
import socket
import struct
import threading
import time

NTP_1970_S = 2_208_988_800


def reply(request: bytes, unix_s: float) -> bytes:
    """What a server of stratum 2 answers."""
    seconds = (int(unix_s) + NTP_1970_S) % 2**32
    stamp = struct.pack(">II", seconds, 1 << 31)
    return bytes([0x24, 2]) + bytes(22) + request[40:48] + stamp + stamp


def _serve(server: socket.socket) -> None:
    while True:
        request, sender = server.recvfrom(100)
        if len(request) == 48:
            server.sendto(reply(request, time.time()), sender)


@functools.cache
def ports() -> str:
    """The ports of two of them, as text; they live as long as this process."""
    names = []
    for _ in range(2):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 0))
        threading.Thread(target=_serve, args=(server,), daemon=True).start()
        names.append(str(server.getsockname()[1]))
    return " ".join(names)
