"""What the rules may see of the stove beside the trace: true millivolts, as bits, told when one of them changes.

No disturbance and no sense lead is in them: what a reading makes of it is the controller's business.
"""

HOT, WELD, SOME, BRIGHT, FALLS = 1, 2, 4, 8, 16
HOT_UV, WELD_UV, SOME_UV = 3000, 2000, 400  # thermocouple side; magnet side: what a weld drives, what nothing drives
FALL_MS, FALL_PART = 5000, 67  # a tip that cools loses more than a 67th in so long


class Witness:
    """Of all burners of a world. flame_min_uv: by burner, the smallest level that is a flame."""

    def __init__(self, flame_min_uv):
        self._flame_min_uv = flame_min_uv
        self._bits = [0] * len(flame_min_uv)
        self._then_uv = [0] * len(flame_min_uv)
        self._then_ms = 0

    def look(self, world):
        """Tell of every burner of which a bit changed."""
        again = world.now_ms - self._then_ms >= FALL_MS
        if again:
            self._then_ms = world.now_ms
        for index in range(len(self._bits)):
            burner = world.burners[index]
            tc_uv = burner.tc_uv
            bits = self._bits[index] & FALLS
            if again:
                then_uv = self._then_uv[index]
                bits = FALLS if (then_uv - tc_uv) * FALL_PART > then_uv else 0
                self._then_uv[index] = tc_uv
            if tc_uv >= HOT_UV:
                bits |= HOT
            if tc_uv >= self._flame_min_uv[index]:
                bits |= BRIGHT
            if burner.magnet_uv > WELD_UV:
                bits |= WELD
            if burner.magnet_uv >= SOME_UV:
                bits |= SOME
            if bits != self._bits[index]:
                self._bits[index] = bits
                world.emit("#levels %d %d %d" % (world.now_ms, index, bits))
