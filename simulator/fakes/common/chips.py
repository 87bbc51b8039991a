"""What a chip with MicroPython is like where it is less kind than a computer: every number once, with its source.

Belongs here: facts of the port and of ESP-IDF. Does not: what happens on a pin or a bus (machine.py, plant/world.py).
For all fakes, on MicroPython and CPython. Sources: p/ is ports/esp32 of MicroPython 1.29 (1c3c2011), read beside 1.26.0
and 1.28.0; idf/ is ESP-IDF v5.5.2. Read in source, not measured on a board.
"""

_NAMES = ("classic", "s3", "c3")
_ROWS = (
    # fact, then its value for each of _NAMES
    ("python_heap_b", 56 * 1024, 64 * 1024, 64 * 1024),  # the first area: p/mpconfigport.h:30-37
    ("default_mhz", 160, 160, 160),  # idf/ Kconfig of esp_hw_support; no stock board takes p/boards/sdkconfig.240mhz
    ("highest_mhz", 240, 240, 160),  # p/modmachine.c, mp_machine_set_freq: C3 and C6 refuse 240 with ValueError
    ("wifi_b", 38 * 1024, 38 * 1024, 38 * 1024),  # micropython#8940: 28 KiB to start, some 10 once it runs
    ("socket_b", 4 * 1024, 4 * 1024, 4 * 1024),  # micropython#8940: 4 to 7 KiB each
    ("tls_b", 35 * 1024, 35 * 1024, 35 * 1024),  # micropython#8940: 16 + 4 KiB, some 15 more at the peak
    ("at_prompt_b", 94256, 252352, None),  # free data RAM: micropython#18859 (1.27); PR 12141; C3: no figure found
)


class Chip:
    """One kind of chip; its attributes are the facts of _ROWS. None: no published figure."""

    def __init__(self, name):
        self.name = name
        column = 1 + _NAMES.index(name)
        for row in _ROWS:
            setattr(self, row[0], row[column])


CHIPS = tuple([Chip(name) for name in _NAMES])

# --- time -------------------------------------------------------------------------------------------------------
RTOS_TICK_MS = 10  # idf/components/freertos/Kconfig:37 (100 Hz); p/boards/sdkconfig.base does not set it
EPOCH_S = 946684800  # the clock after power-up is 2000-01-01: p/main.c:103
BOOT_MS = 1000  # from a reset to the first line of boot.py: ROM, loader, start of the app, mount. An estimate


def busy_ms(now_ms, ms):
    """How much of a sleep that begins at now_ms is a busy loop with the interpreter lock held.

    mp_hal_delay_ms (p/mphalport.c:197-223) lets the lock go for whole ticks of the system; what is left is counted out.
    """
    left_ms = ms
    while left_ms > RTOS_TICK_MS:
        slept_ms = RTOS_TICK_MS - now_ms % RTOS_TICK_MS
        now_ms += slept_ms
        left_ms -= slept_ms
    return left_ms


def polled_ms(now_ms, ms):
    """When an empty poll of so many ms ends: at the first tick of the system at which they are over, lock released.

    extmod/modselect.c, MICROPY_EVENT_POLL_HOOK (p/mpconfigport.h:350).
    """
    end_ms = (now_ms // RTOS_TICK_MS + 1) * RTOS_TICK_MS
    while end_ms - now_ms < ms:
        end_ms += RTOS_TICK_MS
    return end_ms


# --- I2C ------------------------------------------------------------------------------------------------------
NEW_I2C = (1, 29)  # p/mpconfigport.h:149: the driver of IDF 5.5.2 and later; 1.26 to 1.28 have the old one
ENODEV, ETIMEDOUT = 19, 116
# No acknowledge; something holds SCL low; the peripheral reports nothing any more (noise, idf/components/driver/i2c)
I2C_FAULTS = ("nack", "low", "deaf")


def i2c_ticks(timeout_us):
    """What timeout= of machine.I2C is in ticks of the system: p/machine_i2c.c:144, idf i2c_master.c:671."""
    return timeout_us // 1000 // RTOS_TICK_MS


def i2c_works(timeout_us, version):
    """Whether a transfer can succeed at all: with no tick the new driver does not wait for the end of its own
    transfer (i2c_master.c:587), with one the tick may end in a tenth of a millisecond."""
    return version < NEW_I2C or i2c_ticks(timeout_us) >= 2


def i2c_fault(kind, timeout_us, length, version):
    """(ms, errno): how long a transfer of so many bytes holds all Python before it fails."""
    if kind == "nack":
        return 0, ENODEV
    if version >= NEW_I2C:
        return i2c_ticks(timeout_us) * RTOS_TICK_MS, ENODEV  # INVALID_STATE: p/machine_i2c.c:177
    if kind == "low":
        return min(timeout_us // 1000, 13), ETIMEDOUT  # the peripheral's own limit, 0xFFFFF / 80 MHz
    return 100 * (1 + length), ETIMEDOUT  # whatever timeout= says: v1.28.0 machine_i2c.c:308


# --- sockets ----------------------------------------------------------------------------------------------------
SOCKETS = 10  # idf/components/lwip/Kconfig:128 LWIP_MAX_SOCKETS; accept mailbox entries are of them
BACKLOG = 6  # idf/components/lwip/Kconfig:704 LWIP_TCP_ACCEPTMBOX_SIZE, whatever listen() asks for
TCP_ACTIVE = 12  # p/boards/sdkconfig.base:155, TIME_WAIT included
# accept() takes the connection before it has memory for its object, and loses one on MemoryError: p/modsocket.c:354,373

# --- Wi-Fi --------------------------------------------------------------------------------------------------------
LINK_MS = 3000  # scan, association, DHCP: issues of micropython, 2 to 4 s
SCAN_MS = 2500  # until "no such network"
IDLE, CONNECTING, GOT_IP, NO_NETWORK, AUTH_FAIL, LEFT = 1000, 1001, 1010, 201, 202, 8
KEPT_REASONS = (201, 202, 205, 210, 211, 212)  # said before "connecting" is thought of: p/network_wlan.c:383-391


def wlan_status(linked, wanted, reason):
    """WLAN.status() of a station with reconnects=0: p/network_wlan.c:374-409.

    reason: of the last disconnect; only an address clears it (:197), connect() does not (:318-365).
    """
    if linked:
        return GOT_IP
    if reason in KEPT_REASONS:
        return AUTH_FAIL if reason == 205 else reason
    if reason == LEFT:
        return IDLE
    if wanted:
        return CONNECTING
    return reason or IDLE


# --- resets -----------------------------------------------------------------------------------------------------
# A restart of the CPU leaves pins and tone as they were (idf esp_system.h:76, panic_handler.c:312), until boot.py
# drives them or for ever. Power, EN and brown-out reset the whole chip (brownout.c:80), and pins float.
CPU_RESETS = ("wdt", "hard", "soft")
# os.urandom is pseudo-random until the radio runs: idf/docs/en/api-reference/system/random.rst:47
# Power save is on until WLAN.config(pm=0), and costs up to a beacon interval each way: p/network_wlan.c:650
RTC_MEMORY_B = 2048  # p/mpconfigport.h:172; length unchecked when read: p/machine_rtc.c:166

# --- what the firmware calls ------------------------------------------------------------------------------------
# Every name of these modules, and every method of their objects, that the firmware uses: host_tests/simulator/
# test_chips.py is red for any other. What a fake does not have is the VM's own or made below it.
CALLS = {
    "machine": "Pin Pin.init Pin.value Pin.IN Pin.OUT Pin.PULL_UP PWM PWM.freq PWM.duty_u16 I2C I2C.writeto"
    " I2C.readfrom_mem_into WDT WDT.feed RTC RTC.datetime RTC.memory freq mem_backup reset reset_cause unique_id",
    "network": "WLAN WLAN.active WLAN.config WLAN.connect WLAN.disconnect WLAN.ifconfig WLAN.isconnected WLAN.scan"
    " WLAN.status AP_IF STA_IF hostname",
    "socket": "socket socket.accept socket.bind socket.close socket.connect socket.listen socket.readinto socket.recv"
    " socket.recvfrom socket.send socket.sendto socket.setblocking socket.setsockopt socket.settimeout socket.write"
    " getaddrinfo AF_INET SOCK_DGRAM SOCK_STREAM SOL_SOCKET SO_REUSEADDR",
    "esp32": "idf_heap_info HEAP_DATA",
    "esp": "osdebug LOG_NONE",
}
