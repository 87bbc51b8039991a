"""The pot on a burner, for the eye: water that gets hot, boils, and is gone."""

FULL_ML = 1200.0
HEAT_W = 900.0  # into the water, from a burner of 2 kW at full flame
AMBIENT_C = 25.0
BOILING_C = 100.0
HEAT_J_PER_ML_K = 4.19
STEAM_J_PER_ML = 2257.0
COOLS_S = 1500.0  # time constant of a pot that stands
DRY_C_MAX = 420.0  # of an empty pot in a full flame
DRY_S = 60.0


class Pot:
    """Water of a temperature: `water_ml`, `water_c` (of the pot itself once it is empty)."""

    def __init__(self) -> None:
        self.fill()

    def fill(self) -> None:
        """Someone fills it with cold water."""
        self.water_ml = FULL_ML
        self.water_c = AMBIENT_C

    def step(self, dt_ms: int, flame: bool, simmer: int) -> None:
        """Let dt_ms pass over a flame of so many percent, or over none."""
        dt_s = dt_ms / 1000
        heat_w = HEAT_W * simmer / 100 if flame else 0.0
        if self.water_ml <= 0:
            target_c = AMBIENT_C + (DRY_C_MAX - AMBIENT_C) * heat_w / HEAT_W
            self.water_c += (target_c - self.water_c) * min(1.0, dt_s / DRY_S)
            return
        self.water_c += heat_w * dt_s / (self.water_ml * HEAT_J_PER_ML_K)
        self.water_c -= (self.water_c - AMBIENT_C) * dt_s / COOLS_S
        if self.water_c > BOILING_C:
            spare_j = (self.water_c - BOILING_C) * self.water_ml * HEAT_J_PER_ML_K
            self.water_ml = max(0.0, self.water_ml - spare_j / STEAM_J_PER_ML)
            self.water_c = BOILING_C

    @property
    def steams(self) -> bool:
        """True while steam rises that one can see."""
        return self.water_ml > 0 and self.water_c > 85
