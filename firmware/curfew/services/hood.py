"""The output for a range hood: on with a flame, and hood_run_on_s after the last one. Imported where one is fitted."""

from curfew.core.ticks import elapsed_ms

_POLL_MS = 100
_MIN_ON_MS = 60000  # a motor that starts and stops with every press of a knob wears out


async def run(context, sleep_ms):
    """Set the output for ever; sleep_ms is asyncio's."""
    settings = context.settings
    hood = Hood(context.chip.output(settings.hood_pin), settings.hood_run_on_ms)
    while True:
        hood.step(context.clock.ticks_ms(), context.flame())
        await sleep_ms(_POLL_MS)


class Hood:
    """output: a pin, low. run_on_ms: how long it stays on after the last flame."""

    def __init__(self, output, run_on_ms):
        self._output = output
        self._run_on_ms = run_on_ms
        self._on = False
        self._since_ms = 0  # when it went on
        self._flame_ms = 0  # when a flame was last seen

    def step(self, now_ms, flame):
        """Set the output; now_ms: ticks."""
        if flame:
            if not self._on:
                self._since_ms = now_ms
            self._on = True
            self._flame_ms = now_ms
        elif self._on:
            runs_on = 0 <= elapsed_ms(now_ms, self._flame_ms) < self._run_on_ms
            self._on = runs_on or 0 <= elapsed_ms(now_ms, self._since_ms) < _MIN_ON_MS
        self._output.value(self._on)
