"""The one checksum, and the starter's copy of it, against the standard and Python's own."""

import ast
import binascii

from hypothesis import given
from hypothesis import strategies as st

from curfew.runtime.checksum import CRC_START, crc16
from simulator import run

_COPY = {}
for _node in ast.parse((run.SOURCES / "starter.py").read_text()).body:
    if getattr(_node, "name", "") == "_crc":
        exec(ast.unparse(_node), _COPY)


def test_the_checksum_has_the_check_value_of_the_standard():
    assert crc16(b"123456789", 9, CRC_START) == _COPY["_crc"](b"123456789") == 0x29B1


@given(st.binary(max_size=100))
def test_both_copies_give_what_the_python_library_gives(data):
    assert crc16(data, len(data), CRC_START) == _COPY["_crc"](data) == binascii.crc_hqx(data, 0xFFFF)


@given(st.binary(min_size=1, max_size=60), st.integers(0, 59))
def test_a_checksum_can_be_carried_on(data, cut):
    cut = min(cut, len(data))
    first = crc16(data, cut, CRC_START)
    assert crc16(data[cut:], len(data) - cut, first) == crc16(data, len(data), CRC_START)


def test_the_checksum_covers_the_first_bytes_only():
    assert crc16(b"12345", 3, CRC_START) == crc16(b"123", 3, CRC_START)
