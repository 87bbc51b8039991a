"""The second thread: whatever may wait, allocate, block or die without the flame noticing.

Belongs here: the thread's entry. Does not: anything that decides about a contact.
"""


def run(keeper, link, clock):
    """Thread entry: poll until told to be quiet; says on every way out that it ended."""
    try:
        while not link.quiet[0]:
            keeper.poll()
            clock.sleep_ms(100)
    finally:
        link.ended[0] = 1
