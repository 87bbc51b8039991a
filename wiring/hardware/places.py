"""Where every part stands on the board, and the loop's copper.

x, y in mm from the upper left corner, degrees counter-clockwise. Left: the ESP32 board, antenna to the upper edge, and
what is on cables. Middle: the dead-man circuit. From BARRIER_X on: the loop, and below it the converter.
Relays, isolator and isolated supply stand across the barrier. The charge of the pump lies inside a ring of ground.
"""

WIDTH, HEIGHT = 96.0, 92.0
BARRIER_X = 65.6
BARRIER_MM = 1.5  # between the loop's side and everything else; the relay's own pads leave 1.8
LOOP_MM = 4.0  # most that the loop's copper may have, milliohms, 35 um thick

Place = tuple[float, float, float]
Point = tuple[float, float]
Copper = tuple[str, str, float, list[Point]]  # net, layer, width in mm, points
_RELAY_PITCH = 25.0


def _burner(n: int) -> dict[str, Place]:
    down = _RELAY_PITCH * (n - 1)
    return {
        f"K{n}": (63.9, 22.5 + down, 90),
        f"X{n}": (87.0, 15.08 + down, 90),
        f"X{n}1": (87.0, 27.08 + down, 90),
        f"R{n}3": (76.5, 14.0 + down, 0),
        f"R{n}4": (76.5, 27.5 + down, 0),
        f"Q{n}1": (53.5, 23.5 + down, 270),
        f"D{n}1": (60.0, 11.0 + down, 270),
        f"R{n}1": (49.0, 26.0 + down, 90),
        f"R{n}2": (49.0, 30.0 + down, 90),
        f"R{n}8": (13.0, 30.0 + 4 * n, 0),
        f"C{n}3": (18.5, 30.0 + 4 * n, 0),
        f"R{n}7": (24.0, 30.0 + 4 * n, 0),
        f"D{n}2": (29.5, 30.0 + 4 * n, 180),
    }


PLACES: dict[str, Place] = {
    "H1": (40.5, 4.0, 0), "H2": (92.5, 3.4, 0), "H3": (4.0, 88.0, 0), "H4": (92.0, 88.0, 0),
    "U1A": (8.0, 12.0, 0), "U1B": (33.4, 12.0, 0),
    **_burner(1), **_burner(2),
    # supply
    "J1": (15.0, 88.2, 0), "R50": (11.0, 79.5, 90), "R59": (19.0, 79.5, 90), "C1": (23.0, 82.0, 0),
    # lights, sound
    "U4": (15.0, 18.0, 0), "C5": (21.0, 17.0, 0), "R1": (21.0, 21.0, 0), "R2": (27.0, 21.0, 0),
    "JW3": (36.0, 87.5, 0), "JW6": (54.5, 87.5, 0),
    # dead-man circuit
    "R3": (43.0, 62.0, 90), "C2": (40.0, 52.0, 270), "R9": (45.0, 46.0, 90), "D2": (42.5, 35.5, 180),
    "C3": (41.7, 29.0, 180), "R4": (45.0, 30.0, 0), "R54": (45.0, 27.0, 0),
    "U3": (44.0, 21.5, 0), "C4": (49.0, 18.0, 90), "R5": (39.0, 11.0, 90), "R55": (42.0, 11.0, 90),
    "R6": (45.0, 12.5, 90), "R56": (48.0, 12.5, 90), "R7": (44.0, 16.5, 0), "Q1": (54.0, 6.5, 0), "R8": (48.0, 6.5, 0),
    "R51": (55.0, 12.5, 90), "R52": (55.0, 17.0, 90), "R53": (51.5, 15.0, 90),
    # converter
    "U5": (65.6, 66.0, 0), "C6": (59.0, 64.0, 90), "R57": (56.0, 64.0, 90), "R58": (53.0, 64.0, 90),
    "U6": (62.0, 71.5, 90), "C8": (58.5, 80.5, 90), "R67": (69.5, 81.0, 0), "C9": (75.5, 81.0, 0),
    "U7": (69.0, 86.0, 0), "C10": (79.0, 86.0, 90), "C7": (71.0, 64.5, 90),
    "R60": (74.0, 64.5, 90), "R61": (77.0, 64.5, 90),
    "U2": (66.5, 59.5, 90), "JW8": (90.0, 74.0, 90),
    "R15": (83.0, 63.5, 0), "C11": (83.0, 66.0, 0), "R16": (83.0, 68.5, 0), "C12": (83.0, 71.0, 0),
    "R25": (83.0, 73.5, 0), "C21": (83.0, 76.0, 0), "R26": (83.0, 78.5, 0), "C22": (83.0, 81.0, 0),
    # contacts from outside, the hood
    "X51": (5.5, 66.0, 270), "X52": (5.5, 74.0, 270), "X53": (51.5, 76.0, 0),
    "D61": (12.0, 66.0, 0), "R64": (17.5, 66.0, 0), "C61": (23.0, 66.0, 0), "R62": (28.5, 66.0, 0),
    "D62": (12.0, 74.0, 0), "R65": (17.5, 74.0, 0), "C62": (23.0, 74.0, 0), "R63": (28.5, 74.0, 0),
    "U8": (39.5, 70.0, 0), "R66": (35.0, 66.0, 90),
}  # fmt: skip


def loop_copper(n: int) -> list[Copper]:
    """The wide copper of one burner: both terminals and both poles of the relay."""
    down = _RELAY_PITCH * (n - 1)
    top, low = 22.5 - 5.08 + down, 22.5 + down
    tc, mag = 63.9 + 5.4, 63.9 + 7.6
    one, other = f"LOOP_TC{n}", f"LOOP_MAG{n}"
    return [
        (one, "B.Cu", 2.0, [(tc, low), (tc, top), (tc, 12.0 + down)]),
        (one, "B.Cu", 5.0, [(tc + 1.7, 12.0 + down), (80.0, 12.0 + down), (80.0, 27.08 + down)]),
        (one, "B.Cu", 4.0, [(80.0, 15.08 + down), (87.0, 15.08 + down)]),
        (one, "B.Cu", 4.0, [(80.0, 27.08 + down), (87.0, 27.08 + down)]),
        (other, "F.Cu", 2.0, [(mag, low), (mag, top)]),
        (other, "F.Cu", 4.5, [(mag + 1.5, 19.9 + down), (83.0, 19.9 + down)]),
        (other, "F.Cu", 4.5, [(83.0, 10.0 + down), (83.0, 22.0 + down), (87.0, 22.0 + down)]),
        (other, "F.Cu", 4.5, [(83.0, 10.0 + down), (87.0, 10.0 + down)]),
    ]


# What leaks over a dirty board out of 5 V ends in this ring of bare ground, not in C3: layer to corners, closed.
# It just fits between the pins of U3. On the back only the pin of C3 has the charge.
GUARD_RING: dict[str, list[Point]] = {
    "F.Cu": [(40.0, 20.23), (44.5, 20.23), (44.5, 25.5), (45.0, 25.5), (45.0, 31.5), (44.5, 31.5), (44.5, 33.5),
             (45.5, 33.5), (45.5, 35.5), (42.5, 35.5), (42.5, 33.5), (43.5, 33.5), (43.5, 31.5), (43.0, 31.5),
             (43.0, 30.5), (40.5, 30.5), (40.5, 27.5), (43.0, 27.5), (43.0, 25.5), (43.5, 25.5), (43.5, 21.5),
             (40.0, 21.5), (40.0, 20.23)],
    "B.Cu": [(40.5, 27.5), (43.0, 27.5), (43.0, 30.5), (40.5, 30.5), (40.5, 27.5)],
}  # fmt: skip
GUARD_MM = 0.25


def guard_copper() -> list[Copper]:
    """The charge of the pump from U3 to D2, its ring, and what joins the ring to ground on either layer."""
    charge = [[(41.5, 20.865), (44.0, 20.865), (44.0, 34.55)], [(41.7, 29.0), (44.0, 29.0)]]
    front = [[(45.0, 27.0), (46.0, 27.0)], [(45.0, 30.0), (46.0, 30.0)], [(44.0, 35.5), (44.0, 36.5)],
             [(43.5, 23.5), (41.5, 23.5)], [(40.5, 29.0), (36.5, 29.0)]]  # fmt: skip
    ground = [("F.Cu", points) for points in front] + [("B.Cu", front[-1]), *GUARD_RING.items()]
    found: list[Copper] = [("PUMP_DC", "F.Cu", GUARD_MM, points) for points in charge]
    return found + [("GND", layer, GUARD_MM, points) for layer, points in ground]
