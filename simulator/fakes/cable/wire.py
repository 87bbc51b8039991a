"""On the VM: what the radio of ../realtime/air asks of its wire. The network is there, look-ups take no time."""

WIFI, LOOKUP_MS, DEAD_PORT, WEB_PORT, DNS_PORT = range(5)
inputs = [1, 0, 0, 0, 0]
friend = None
answered = False  # the clock is the one of `time`
