"""The World of the interactive stove: its time passes as fast as the user wants, its services run in real time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulator.live.pot import Pot
from simulator.realtime.process import world_module


class LiveWorld(world_module.World):
    """A World that waits for real time, and whose services are real. wait() is called before any time passes."""

    def __init__(self, plan: dict[str, Any], emit: Callable[[str], None], flash: Path, wait: Callable[[], None]):
        self.thread: Any = None
        self._remote: list[tuple[str, int, Any]] = []
        super().__init__(plan, emit)
        self.pots = [Pot() for _ in self.burners]
        self.offs = self.asks = self.less = self.presence = (
            0  # remote requests, as the wire has them, until the next answer
        )
        self.deaths_of_services = 0
        self.started_thread = False
        self.flash = f"{flash}/"
        self._wait = wait

    def _step(self, dt_ms: int) -> None:
        super()._step(dt_ms)
        for burner, pot in zip(self.burners, self.pots, strict=True):
            pot.step(dt_ms, burner.flame, burner.simmer)

    def _die(self, cause: str) -> None:
        self.started_thread = False
        self.offs = self.asks = self.less = self.presence = 0
        super()._die(cause)

    def thread_started(self) -> None:
        self.thread = (None, None)
        self.started_thread = True
        self._poll_ms = self.now_ms

    def _end_services(self) -> None:
        if self.thread:
            self.deaths_of_services += 1
            self.thread = None

    def _serve(self) -> None:
        if self.now_ms >= self._blocked_until_ms:
            self._poll_ms = self.now_ms
            self._deliver()

    def _deliver(self) -> None:
        if self.thread is None or self.now_ms < self._blocked_until_ms:
            return
        for kind, burner, what in self._remote:
            if kind == "off":
                self.offs = self.offs & ~(15 << 4 * burner) | (what + 1) << 4 * burner
            elif kind == "less":
                self.less = self.less & ~(255 << 8 * burner) | what << 8 * burner
            elif kind == "presence":
                self.presence = 1 + what
            else:
                self.asks |= 1 << 2 * burner + what
        self._remote = []

    def _do_repair_settings(self, _: int, args: dict[str, Any]) -> None:
        Path(self.flash, "settings.json").write_text(args["text"])

    @property
    def blocked(self) -> bool:
        """True while the services stand still by order."""
        return self.now_ms < self._blocked_until_ms

    @property
    def hampered(self) -> int:
        """BLOCKED of the wire: 1 while the services stand still, 2 while the memory is full."""
        return 1 if self.blocked else 2 if self.now_ms < self._full_until_ms else 0
