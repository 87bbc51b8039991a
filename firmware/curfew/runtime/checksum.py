"""The one checksum of files and of the RTC record. It allocates nothing, because the safety loop uses it in a tick."""

CRC_START = 0xFFFF


def crc16(data: bytes | bytearray | memoryview, length: int, crc: int) -> int:
    """CRC-16/CCITT-FALSE (polynomial 0x1021) of the first length bytes; crc: of the bytes before them, or CRC_START."""
    for index in range(length):
        mixed = crc >> 8 ^ data[index]
        mixed ^= mixed >> 4
        crc = (crc << 8 ^ mixed << 12 ^ mixed << 5 ^ mixed) & 0xFFFF
    return crc
