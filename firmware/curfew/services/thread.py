"""The services thread: its entry, and its end.

Belongs here: which of two lives it leads. Does not: what it does (keeper.py, household.py).
Whatever happens in this thread may wait, allocate, block or die without the flame noticing.
"""

import gc
import sys

_POLL_MS = 100
# Collected after so many bytes instead of when all is full: what stays then lies together, and there is a piece of half
# a kilobyte for a message however full the house is.
_RUBBISH_BYTES = 8192


def run(keeper, link, clock, settings):
    """Entry of the thread. A chip without a radio only keeps its journal. Says on every way out that it ended."""
    try:
        try:
            import network
        except ImportError:
            network = None
        if network:
            _serve(keeper, link, clock, settings, network)
        else:
            while not link.stop_requested[0]:
                keeper.poll()
                clock.sleep_ms(_POLL_MS)
    finally:
        link.stopped[0] = 1


def _serve(keeper, link, clock, settings, network):
    import asyncio

    from curfew import forget
    from curfew.services.runner import run_services

    loop = asyncio.new_event_loop()  # what an earlier life of this thread left behind must not go on
    loop.set_exception_handler(_unheard)
    forget("services.http.config_api")  # a request that ended with its life dropped nothing
    gc.collect()
    if hasattr(gc, "threshold"):  # CPython has no such want
        gc.threshold(_RUBBISH_BYTES)
    asyncio.run(run_services(keeper, link, clock, settings, network))


def _unheard(_, context):
    """What a task ended with that nobody waits for: print it, and let go of both.

    MicroPython keeps the context, in it the task with all that it knew: a whole earlier life was held (21 kB measured).
    A want of memory is no news: it hit its neighbours, too, and they have it in the log.
    """
    if not isinstance(context["exception"], MemoryError):
        sys.print_exception(context["exception"])
    context["exception"] = context["future"] = None
