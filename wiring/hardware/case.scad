// The case: board on posts, lid with buttons, lights and display, glands below. Sizes of the board come from
// board.scad, which `make hardware` writes. Print in PETG or ABS with a flame rating (UL 94 V-0); no one has printed it.
// No metal within reach of the loop: nylon screws in the two posts on its side.
include <board.scad>

part = "both"; // "base", "lid", "both"
wall = 2.4;
gap = 1.5;         // around the board
post = 6;          // below the board: solder and room for the loop's copper
deep = 30;         // inside, from the floor: ESP32 board on its sockets and the plug of a cable
screw = 2.6;       // hole for an M3 screw that cuts its own thread
gland = 12.2;      // M12 x 1.5, one for each cable
button = 16.2;     // sealed push button
$fn = 40;

inner_x = board_x + 2 * gap;
inner_y = board_y + 2 * gap;

module at_board(point) { translate([wall + gap + point[0], wall + gap + board_y - point[1], 0]) children(); }

module base() {
  difference() {
    cube([inner_x + 2 * wall, inner_y + 2 * wall, deep + wall]);
    translate([wall, wall, wall]) cube([inner_x, inner_y, deep + 1]);
    // glands on the lower side, under the terminals: stove and bypass leads, earth of the converter, panel, supply
    for (x = [12, 30, 48, 66, 84]) translate([wall + gap + x, -1, wall + 17]) rotate([-90, 0, 0]) cylinder(d = gland, h = wall + 2);
    // keyholes for the wall; magnets of 20 x 3 mm may be glued behind the left edge instead, never behind the loop
    for (x = [15, 60]) translate([wall + x, inner_y - 12, -1]) { cylinder(d = 8, h = wall + 2); translate([-2, 0, 0]) cube([4, 9, wall + 2]); }
    // grease and steam: slots downwards only
    for (x = [21, 39, 57, 75]) translate([wall + gap + x - 1, -1, wall + 4]) cube([2, wall + 2, 8]);
  }
  for (hole = holes) at_board(hole) difference() {
    cylinder(d = 7, h = wall + post);
    translate([0, 0, wall]) cylinder(d = screw, h = post + 1);
  }
  for (x = [wall + 3, inner_x + wall - 3]) for (y = [wall + 3, inner_y + wall - 3]) translate([x, y, wall]) difference() {
    cylinder(d = 6, h = deep - 1);
    translate([0, 0, deep - 15]) cylinder(d = screw, h = 15);
  }
}

module lid() {
  difference() {
    union() {
      cube([inner_x + 2 * wall, inner_y + 2 * wall, wall]);
      translate([wall + 0.3, wall + 0.3, wall]) difference() {
        cube([inner_x - 0.6, inner_y - 0.6, 2]);
        translate([2, 2, -1]) cube([inner_x - 4.6, inner_y - 4.6, 4]);
      }
    }
    for (n = [0:burners - 1]) {
      translate([28 + 45 * n, 28, -1]) cylinder(d = button, h = wall + 4);
      translate([28 + 45 * n, 46, -1]) cylinder(d = 5.2, h = wall + 4);
    }
    translate([inner_x / 2 + wall - 15.2, 64, -1]) cube([30.4, 14.4, wall + 4]); // display
    for (x = [-6, 0, 6]) for (y = [0, 6]) translate([inner_x - 10 + x, 84 + y, -1]) cylinder(d = 2, h = wall + 4); // buzzer
    for (x = [wall + 3, inner_x + wall - 3]) for (y = [wall + 3, inner_y + wall - 3]) translate([x, y, -1]) cylinder(d = 3.3, h = wall + 4);
  }
}

if (part != "lid") base();
if (part != "base") translate([part == "both" ? inner_x + 20 : 0, 0, 0]) lid();
