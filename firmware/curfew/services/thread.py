"""The services thread: its entry and its end. It may wait, allocate, block or die without effect on the safety loop."""

import gc
import os
import sys

_POLL_MS = 100
# Collected after this many allocated bytes, not when the heap is full: what stays then lies together, and 0.5 kB in one
# block remain for a message when all connections are in use.
_GC_THRESHOLD_BYTES = 8192


def run(persistence, link, clock, settings):
    """Entry of the thread. Without a radio it only persists. Reports its end to the loop, however it ends."""
    try:
        try:
            import network
        except ImportError:
            network = None
        if network and settings.radio:  # off: for a chip without the memory for page and network
            _serve(persistence, link, clock, settings, network)
        else:
            while not link.stop_requested[0]:
                persistence.poll()
                clock.sleep_ms(_POLL_MS)
    finally:
        link.stopped[0] = 1


def _start_radio(network):
    """Start the radio of a device that is set up: later the Python heap may have grown into the memory it needs."""
    try:
        if "network.json" in os.listdir():
            network.WLAN(network.STA_IF).active(True)
    except (OSError, RuntimeError, MemoryError):  # net/wifi.py tries again
        pass


def _serve(persistence, link, clock, settings, network):
    _start_radio(network)
    import asyncio

    from curfew import forget
    from curfew.services.runner import run_services

    persistence.is_reachable = None  # it kept all of an earlier run, beside which this one has no memory
    loop = asyncio.new_event_loop()  # tasks of an earlier run of this thread must not continue
    loop.set_exception_handler(_report)
    # What a request that ended with the thread had imported; "curfew." is not part of a name for forget().
    forget(*[name[7:] for name in sys.modules if name.startswith("curfew.services.http.")])
    gc.collect()
    if hasattr(gc, "threshold"):  # not in CPython
        gc.threshold(_GC_THRESHOLD_BYTES)
    asyncio.run(run_services(persistence, link, clock, settings, network))


def _report(_, context):
    """Print the exception of a task that is not awaited, and release both.

    MicroPython keeps the context, and with it all objects of the task: 21 kB were held after a restart of the thread.
    A MemoryError is not printed: the failing service has it in the log.
    """
    if not isinstance(context["exception"], MemoryError):
        sys.print_exception(context["exception"])
    context["exception"] = context["future"] = None
