"""Improv over the USB cable: a client, such as a page in a browser, sends the Wi-Fi settings; in the set-up only.

https://www.improv-wifi.com/serial/. The type of every request is 3, and so is Ctrl-C: the loop has ended and all
contacts are open before the first byte is judged here, and the chip starts anew afterwards: after ten minutes at the
latest by its watchdog. Imported for that.
"""

import json
import os
import select
import sys
import time

from curfew import VERSION

HEADER = b"IMPROV\1"
STATE, ERROR, REQUEST, RESULT = 1, 2, 3, 4  # types of a packet
READY, JOINING, JOINED = 2, 3, 4
NO_ERROR, INVALID, UNKNOWN, NOT_JOINED = 0, 1, 2, 3
SEND_WIFI, ASK_STATE, ASK_INFO, SCAN = 1, 2, 3, 4
_CTRL_C = 3
_HEAD = 9  # bytes before the data: header, type, length
_PATH = "network.json"
_DIGITS = 16  # of the device password that is made here
_NETWORKS_MAX = 16
_FIRST_MS = 50  # for the bytes that came with the Ctrl-C
_BYTE_MS = 500  # between two bytes of a packet
_SILENCE_MS = 60000  # then the client is gone
_AFTER_MS = 3000  # the same, once it has what it wanted
_POLL_MS = 100


def serve():
    """Answer a client, if its request was the Ctrl-C; False: it was not, or the user wants the prompt now."""
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)

    def read(ms):
        if poll.poll(ms):
            for byte in sys.stdin.buffer.read(1):
                return byte
        return None

    if not is_asked(read):
        return False
    import network

    from curfew.hardware import chip

    network.WLAN(network.AP_IF).active(False)
    return Session(Radio(network), read, sys.stdout.buffer.write, "Curfew " + chip.number()[-4:]).run()


def is_asked(read):
    """True when the header of a request is what came before the Ctrl-C; reads no byte after one that differs."""
    at = 0
    byte = read(_FIRST_MS)
    while byte == 10:  # the end of an earlier request
        byte = read(_FIRST_MS)
    while byte == HEADER[at]:
        at += 1
        if at == len(HEADER):
            return True
        byte = read(_FIRST_MS)
    return False


class Session:
    """A conversation. read(ms): the next byte, None after so long without one; write(bytes); radio: as Radio."""

    def __init__(self, radio, read, write, name):
        self._name = name
        self._radio = radio
        self._read = read
        self._write = write
        self._url = ""
        self._packet = bytearray(HEADER + bytes((REQUEST,)))  # of the first one the chip took the 3 for a Ctrl-C

    def run(self):
        """Answer until the client is silent: True. False after a Ctrl-C between two packets."""
        while True:
            packet = self._packet
            byte = self._read(_BYTE_MS if packet else _AFTER_MS if self._url else _SILENCE_MS)
            if byte is None:
                if not packet:
                    return True
                self._packet = bytearray()
                self._say(ERROR, bytes((INVALID,)))
            elif len(packet) < len(HEADER):
                if byte == _CTRL_C:
                    return False
                if byte != HEADER[len(packet)]:
                    self._packet = packet = bytearray()
                if byte == HEADER[len(packet)]:
                    packet.append(byte)
            else:
                packet.append(byte)
                if len(packet) > _HEAD and len(packet) == _HEAD + packet[_HEAD - 1] + 1:
                    self._packet = bytearray()
                    self._answer(packet)

    def _answer(self, packet):
        data = bytes(packet[_HEAD:-1])
        fits = sum(packet[:-1]) & 255 == packet[-1] and packet[len(HEADER)] == REQUEST
        if not fits or len(data) < 2 or data[1] != len(data) - 2:
            return self._say(ERROR, bytes((INVALID,)))
        self._say(ERROR, bytes((NO_ERROR,)))
        command = data[0]
        if command == SEND_WIFI:
            self._join(data[2:])
        elif command == ASK_STATE:
            self._say(STATE, bytes((JOINED if self._url else READY,)))
            if self._url:
                self._tell(ASK_STATE, self._url)
        elif command == ASK_INFO:
            self._tell(ASK_INFO, "Curfew", VERSION, sys.platform, self._name)
        elif command == SCAN:
            for name, dbm, is_open in self._radio.networks():
                self._tell(SCAN, name, str(dbm), "NO" if is_open else "YES")
            self._tell(SCAN)
        else:
            self._say(ERROR, bytes((UNKNOWN,)))

    def _join(self, data):
        length = data[0] + 1 if data else 0
        try:
            if data[length] != len(data) - length - 1:
                raise ValueError
            wifi = {"ssid": str(data[1:length], "utf-8"), "password": str(data[length + 1 :], "utf-8")}
        except (IndexError, ValueError):  # UnicodeError is one of the latter
            return self._say(ERROR, bytes((INVALID,)))
        self._say(STATE, bytes((JOINING,)))
        self._url = self._radio.join(wifi)
        if not self._url:
            self._say(ERROR, bytes((NOT_JOINED,)))
        self._say(STATE, bytes((JOINED if self._url else READY,)))
        if self._url:
            self._tell(SEND_WIFI, self._url)

    def _tell(self, command, *texts):
        """A result: texts in a row, each with its length."""
        encoded = [text.encode() for text in texts]
        data = b"".join([bytes((len(text),)) + text for text in encoded])
        self._say(RESULT, bytes((command, len(data))) + data)

    def _say(self, kind, data):
        packet = HEADER + bytes((kind, len(data))) + data
        self._write(packet + bytes((sum(packet) & 255, 10)))  # the line end: a client looks for packets between lines


class Radio:
    """Looks for networks, and joins one for good. network: the module of the port."""

    def __init__(self, network):
        self._wlan = network.WLAN(network.STA_IF)
        self._wlan.active(True)

    def networks(self):
        """(name, dBm, True without a password) of the networks around, the strongest first; [] when the radio fails."""
        found = {}
        try:
            for row in sorted(self._wlan.scan(), key=lambda row: row[3]):
                found[str(row[0], "utf-8")] = (row[3], not row[4])
        except (OSError, RuntimeError, ValueError):  # the name can be typed
            pass
        rows = [(name, dbm, is_open) for name, (dbm, is_open) in found.items() if name]
        return sorted(rows, key=lambda row: -row[1])[:_NETWORKS_MAX]

    def join(self, wifi):
        """Join, and keep the settings: the address of the page; "" when it did not join or they are not allowed.

        A device without a password gets one at random: who holds the cable has it in the address, no one else.
        """
        from curfew.services.http import password
        from curfew.services.log import Log
        from curfew.services.net import joined, network_settings
        from curfew.services.net.wifi import Wifi

        try:
            config = network_settings.merged(network_settings.load(_PATH)[0], {"wifi": wifi})
        except network_settings.Invalid as error:
            print("Wi-Fi:", error)
            return ""
        link = Wifi(self._wlan, config["wifi"], Log(), lambda bits: 0)
        while not link.joins and not link.failures:
            link.step(time.ticks_ms())
            time.sleep_ms(_POLL_MS)
        if not link.joins:
            return ""
        first = ""
        if not config["password"]:
            first = "".join([str(byte % 10) for byte in os.urandom(_DIGITS)])
            for config["password"] in password.hashing(first, os.urandom(password.SALT_BYTES)):
                pass
        with open(_PATH + ".new", "w") as file:
            file.write(json.dumps(config))
            file.flush()
        os.rename(_PATH + ".new", _PATH)
        joined.works(config["wifi"], lambda: True)
        return "http://%s/%s" % (self._wlan.ifconfig()[0], first and "#first=" + first)
