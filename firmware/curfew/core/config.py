"""The checked settings as plain objects. core/settings.py fills them; annotations alone cost the chip nothing."""


class BurnerSettings:
    """One burner: its pins, whether a sensor is fitted, and its thresholds in microvolts (limits.BURNER)."""

    relay_pin: int
    button_pin: int
    sensor: bool
    loaded_on_uv: int
    loaded_off_uv: int
    open_on_uv: int
    open_off_uv: int
    magnet_hold_uv: int


class Settings:
    """One device: the times of limits.SETTINGS in milliseconds (warning_s is `warning_ms`), switches, pins, burners.

    reclose_hold_ms already waits for a delay coil. A pin of limits.SPARE_PINS that is not fitted is None.
    """

    timer_default_ms: int
    timer_step_ms: int
    timer_max_ms: int
    burn_max_ms: int
    warning_ms: int
    override_max_ms: int
    ignite_window_ms: int
    flame_out_ms: int
    reclose_hold_ms: int
    verify_open_ms: int
    flame_die_ms: int
    delay_coil_ms: int
    auto_arm: bool
    remote_extend: bool
    relay_drive: str
    pump_pin: int
    sda_pin: int
    scl_pin: int
    pixel_pin: int
    buzzer_pin: int
    hood_pin: int
    display_clk_pin: int
    display_dio_pin: int
    burners: list[BurnerSettings]
