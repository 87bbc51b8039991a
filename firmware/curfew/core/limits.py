"""Every number that bounds what Curfew does, each with its reason, and the ranges of the settings. No code."""

# --- time -----------------------------------------------------------------------------------------------------
TICK_MS = 20  # one decision; the user feels a fiftieth of a second as "at once"
HALF_MS = 10  # half a period of 50 Hz mains: two conversions so far apart see its hum with opposite signs
STALL_MAX_MS = 2000  # longest that the chip may stand still (TLS, Wi-Fi start); a longer step is a clock fault
PUMP_TICK_MS = (
    100  # of a stall that one tick makes up for at the pump: only every second tick has an edge that fills it
)
PUMP_FULL_MS = 1000  # of ticks without a stall, before the services may begin what stops all Python for 1.9 s
STILL_TICKS_MAX = 50  # so many ticks in which no time passes: the clock has stopped
WATCHDOG_BOOT_MS = 20000  # import and program check take seconds, not tens of them
WATCHDOG_MS = 4000  # twice the longest stall: resets a hung program, never a stalled one
WATCHDOG_CABLE_MS = 600000  # someone works at the USB cable; the contacts are open by then

# --- button ---------------------------------------------------------------------------------------------------
BRIDGE_MS = 140  # a gesture ends after so long without contact: a worn key breaks for 120 ms, a hand trembles at 4 Hz
HOLD_MS = 800  # longer than a press, short enough in an emergency
HOLD_ALL_MS = 3500  # every burner: no one holds that long for one
HOLD_LONG_MS = 5000  # long, because acknowledging a fault is a decision
HOLD_LONGER_MS = 10000  # in FAULT the window, so that it needs no acknowledgement
FAULT_LOUD_MS = 120000  # of a fault: its sound comes every 15 s for so long, or until a press, ...
FAULT_EVERY_MS = 300000  # ... then so often: it is no news, and someone may sleep ...
MUTE_MS = 28800000  # ... and after a press on a cold burner only after a night, unless another fault comes
HOLD_VOID_MS = 20000  # a button that hangs or is leaned on decides nothing
STUCK_MS = 30000  # no user holds a button for half a minute
HITS_MAX_MS = 1300  # three releases within this are hits in a panic; calm presses take a second each ...
HITS_MIN_MS = 280  # ... and a worn key that breaks thrice is faster
PAIR_MS = 660  # between the two releases of a quick pair
ASK_MS = 5000  # "no timer?" is asked for so long
ANSWER_MIN_MS = 1000  # from the release that asked to the next pair: one look at the light ...
ANSWER_MAX_MS = ASK_MS + BRIDGE_MS  # ... before it goes out

# --- millivolts (microvolts, because 1 bit of the converter is 7.8 uV) ------------------------------------------
UV_MIN = -8000  # below: the leads are swapped; a cold end up to 40 K warmer than the tip gives -1.7 mV
UV_MAX = 60000  # above: twice what any stove thermocouple gives
CROSSED_UV = 5000  # current flows towards the magnet: its side is not higher; offsets and a warm cold end come to 4.6
WELD_UV = 2000  # what holds a valve drives 80 mA through 25 mOhm, or 170 through 12; disturbances stay below it ...
WELD_TC_UV = 3000  # ... beside a tip that drives a current at all: a cold burner proves nothing
DEAD_UV = 400  # of the magnet side's mean: no current reaches the valve
LIVE_PART = 4  # before an ignition the magnet side must be dead, or far below this part of a hot thermocouple side
LIVE_READINGS = 3  # one spike is no weld
TESTABLE_UV = 2000  # a thermocouple colder than this cannot show anything
OUT_UV = 3000  # open-circuit, below this no flame touches the tip
WELD_CLEARED_UV = 3000  # the user holds the knob at a flame: this much on one side, nothing on the other ...
WELD_CLEARED_MS = 1000  # ... for so long, shows that the contact is open again
WELD_TEST_MS = 5000  # the pump stops for all burners: a stuck driver has no supply after 4 s, a weld does not mind
CONTACT_OPEN_UV = 4000  # a loaded thermocouple this high beside a dead magnet side: the contact does not conduct
CONTACT_OPEN_MS = 1000
IGNITION_UV = 2500  # hum, offset and ground beside a cold tip stay below
IGNITION_RISE_UV = 1000  # only a flame heats a tip by 40 K in two seconds
IGNITION_WINDOW_MS = 2000
IGNITION_READINGS = 6  # three high ones after three low ones
IGNITION_GAP_MS = 500  # readings further apart do not belong to one rise
BLOCK_MS = 1000  # levels are compared from second to second
RELIGHT_FALL_PART = 100  # the tip began to cool; a second without a fall then means that someone relights the burner
RELIGHT_WAIT_MS = 60000  # so much of it does not count towards the time that a flame has to go out
FALLING_PERMILLE = 15  # in five seconds: a tip with a time constant of 300 s still loses as much
FLAT_BLOCKS = 20  # a flame held for a test of the contact is shorter
CURVE_TENTHS = 7  # of the first seconds' loss, in the last ones: towards a lower flame the fall gets slower
POT_FALL_BLOCKS = 10  # the knob was off for so long, down to half, along one curve ...
POT_RISE_UV = 1000  # ... and then a flame heats the tip again: the next pot
FALL_CHECK_MS = 2000  # "goes on falling": for at least this time ...
FALL_PART = 32  # ... and by at least a thirty-second ...
FALL_FLAT_MS = 10000  # ... within this: the slowest tips (120 s) fall by a twelfth, a low flame does not
WINDOW_MORE_MS = 5000  # for a flame that is there when the window ends ...
WINDOW_RISE_UV = 500  # ... or seems to begin: so much more than in the second before
LET_GO_UV = 2800  # untaught: release the knob when the magnet side has come to this ...
LET_GO_MS = 500
LET_GO_PART = 56  # ... and rose by less than a 56th in half a second: means are late, by now it is 3 % a second
LET_GO_FALL_PART = 150  # and did not fall by a 150th: when the hand was too early, a tip loses a 120th or more
COIL_OPEN_PART = 33  # both sides equal within 3 %: no current flows, the coil is disconnected
FLAME_CONFIRM_MS = 2500  # a tip still warm, or warmed by a flame that went out again, is falling; a flame is not
FLAME_SAG_UV = 100  # of the mean, and as much as single readings differ from it; a cooling tip soon falls by more
MEAN_SHIFT = 3  # a mean over about eight readings, half a second

# Two ticks of the chip's system, of 10 ms each: from MicroPython 1.29 on a transfer with less fails at once.
I2C_TIMEOUT_US = 20000
SETTLE_MS = 200  # readings this soon after a contact change belong to neither side of it
RELEASE_MS = 60  # longest time from the coil's end to an open contact, with a flyback diode, either drive
READ_STEP_MS = 100  # ages of readings grow by no more a tick
CONVERSION_MS = 100  # a conversion takes 8 ms; one that is not done after this is given up
STALE_MS = 1500  # a fitted sensor without a credible reading for so long has failed
SENSOR_BACK_MS = 1000  # and is trusted again after so long without a gap
HEALTH_AFTER_MS = 600000  # contact health is logged once a burn, when tip and coil are warm
HEALTH_MIN_UV = 1000  # a ratio of two small numbers is noise
HEALTH_WORN_FACTOR = 2  # twice the resistance of the commissioning: ask for service before the contact fails

# --- starts and services ----------------------------------------------------------------------------------------
RESETS_MAX = 3  # abnormal starts ...
QUIET_MS = 600000  # ... without ten quiet minutes between them: unstable
REQUEST_AGE_MS = 5000  # an older request was meant for another moment
SERVICES_BLOCKED_MS = 60000  # a DNS look-up may take 30 s; twice that means blocked
SERVICES_PAUSE_MS = 5000  # pause before ended services are started again
UPDATE_MS = 600000  # after the user allowed an update: time to walk to the computer, and for a slow network
TRIAL_MAX_MS = 600000  # a pending program must be confirmed within this: enough for a slow access point and a burn
DELAY_COIL_MARGIN_S = 3  # after the delay coil of the ignition dropped out

# --- self-test of the pump ------------------------------------------------------------------------------------------
TEST_FIRST_MS = 10000  # at rest before a test, so that a pump that ran is surely empty
TEST_AGAIN_MS = 86400000  # a day after a judged one
TEST_FILL_MS = 2000  # of edges: a sound pump is full after one
TEST_MIN_MS = 1900  # from the last edge to coils without supply: a shorter time does not bridge STALL_MAX_MS ...
TEST_MAX_MS = 4000  # ... and the circuit promises to be done by now

# --- contacts beside the burners ----------------------------------------------------------------------------------
ALARM_MS = 100  # an alarm lasts longer, a spark does not

PIN_IN_MIN = 34  # of a plain ESP32, up to 39: inputs without pull-up
PIN_IN_MAX = 39

BURNERS_MAX = 4
COUNT_MAX = 1000000  # counters start over here, long before an int grows

# --- settings: key, default, lowest, highest --------------------------------------------------------------------
SETTINGS = (
    ("timer_default_min", 30, 1, 240),  # a pot of soup; 4 h is the longest honest simmer
    ("timer_max_min", 180, 1, 240),  # how far presses may push the deadline
    ("burn_max_min", 240, 1, 300),  # the cap, whatever is pressed; 5 h of flame is a forgotten flame
    ("timer_step_min", 10, 1, 60),  # one press; more than an hour a press hides what one did
    ("warning_s", 60, 15, 300),  # shorter cannot be reached from the next room, a longer one is ignored
    ("override_max_min", 240, 5, 300),  # without a timer, a time limit still applies
    ("ignite_window_s", 60, 10, 180),  # a slow tip needs 10 s, an open valve without a flame must not wait 3 min
    ("flame_out_s", 5, 1, 60),  # a draft is shorter; the stove's own FFD needs up to 60 s
    ("reclose_hold_s", 10, 3, 60),  # the magnet valve has surely dropped out; no chatter through a brown-out
    ("verify_open_ms", 500, 400, 2000),  # 60 ms release and two readings of eight channels, 20 ms each
    ("flame_die_s", 90, 30, 180),  # the slowest tips lose half their millivolts in 83 s (120 s time constant)
    ("absence_min", 15, 5, 120),  # a walk to the next room is shorter; with a presence contact or a remote word only
    ("absence_left_min", 5, 1, 60),  # left then: time to come back
    ("hood_run_on_s", 0, 0, 1800),  # the range hood clears the air after the last flame
    ("delay_coil_s", 0, 0, 30),  # a "zero-second" ignition holds the magnet valve itself for so long
)
BURNER_TIMES = 3  # the first ones: a burner may have its own
SWITCHES = (("auto_arm", True), ("remote_extend", False), ("radio", True))
DRIVES = ("pulse", "level")  # level: for ready-made relay modules; a crash may leave their contact closed

# --- settings of one burner: key, default, lowest, highest ------------------------------------------------------
BURNER = (
    ("loaded_on_uv", 2500, 1000, 15000),  # conducting, a flame from here up: 150 mA hold 12 mOhm coil, 5 mOhm contact
    ("loaded_off_uv", 1500, 500, 10000),  # and none from here down, or below a quarter of its peak
    ("open_on_uv", 5000, 2000, 25000),  # open contact: 1.5 to 2.5 times as high
    ("open_off_uv", 3000, 1000, 20000),  # and none from here down
    ("magnet_hold_uv", 0, 0, 10000),  # release the knob from here up; 0: when the level rises no more
    ("flame_min_uv", 4000, 2000, 20000),  # the smallest flame with an open contact, as far as it is known
    ("zero_tc_uv", 0, -2000, 2000),  # what a cold thermocouple side reads, as learned; more is a wiring fault
    ("zero_magnet_uv", 0, -2000, 2000),  # and a dead magnet side
    ("ground_permille", 0, 0, 200),  # of the other burners' magnet sides that shared ground adds: 50 for 1 of 20 mOhm
    ("flame_lost_percent", 15, 5, 60),  # of the flame's level: a low flame gives a fifth, a cooling tip falls on
)
