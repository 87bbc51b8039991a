"""On the VM, and nothing else: what this machine can do at best. The limit beside which both programs are shown.

micropython bare.py sleep         sleeps tick by tick; prints (fell asleep, woke up, counted so far) in us
micropython bare.py wait PORT     waits for bytes on a port of loopback; prints (heard) in us
"""

import socket
import sys
import time

TICK_MS = 20
LOOPS = 2000  # a fixed piece of work: how long it takes is the speed of the machine just then


def sleep():
    while True:
        then_us = time.ticks_us()
        time.sleep_ms(TICK_MS)
        woke_us = time.ticks_us()
        for _ in range(LOOPS):
            pass
        print(then_us, woke_us, time.ticks_us())


def wait(port):
    server = socket.socket()
    server.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    server.listen(1)
    link = server.accept()[0]
    while link.recv(1):
        print(time.ticks_us())


if sys.argv[1] == "sleep":
    sleep()
else:
    wait(int(sys.argv[2]))
