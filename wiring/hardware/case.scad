// The case: board on posts, lid with buttons, lights and display, glands below. Sizes of the board come from
// board.scad, which `make hardware` writes. Print in PETG or ABS with a flame rating (UL 94 V-0); no one has printed it.
// No metal within reach of the loop: nylon screws in the two posts on its side, glands of plastic, and nothing of the
// panel above it. Places on the board are x, y from its upper left corner, as in places.py.
include <board.scad>

part = "both"; // "base", "lid", "both"
wall = 2.4;
gap = 1.5;         // above and below the board: the plug of the supply comes through the lower wall
side = 12;         // left and right of it: there the leads bend towards the glands
post = 6;          // below the board: solder and room for the loop's copper
thick = 1.6;       // the board
deep = 44;         // inside, from the floor: 23 mm for a button above the ESP32 board on its sockets
screw = 2.6;       // hole for an M3 screw that cuts its own thread
gland = 12.2;      // M12 x 1.5, one for each cable, above headers and terminals; a bypass switch fits the same hole
usb = [13.4, 7.5]; // the plug's grip; the middle of its socket lies 1.6 mm above the board
button = 16.2;     // sealed push button
$fn = 40;

inner_x = board_x + 2 * side;
inner_y = board_y + 2 * gap;
corners = [for (x = [wall + 3, inner_x + wall - 3]) for (y = [wall + 3, inner_y + wall - 3]) [x, y]];

module at_board(point) { translate([wall + side + point[0], wall + gap + board_y - point[1], 0]) children(); }
// The lid is printed on its face: closed, it is seen from the other side.
module at_lid(point) { translate([wall + side + board_x - point[0], wall + gap + board_y - point[1], -1]) children(); }

module base() {
  difference() {
    cube([inner_x + 2 * wall, inner_y + 2 * wall, deep + wall]);
    translate([wall, wall, wall]) cube([inner_x, inner_y, deep + 1]);
    // glands below: alarm and presence, hood, earth of the converter
    for (x = [40, 72, 105]) translate([wall + x, -1, wall + 29]) rotate([-90, 0, 0]) cylinder(d = gland, h = wall + 2);
    // right, above the terminals of each burner: gland of the stove's cable, bypass switch
    for (n = [0:burners - 1]) for (y = [13, 30]) at_board([board_x + side - 1, y + 34 * n])
      translate([0, 0, wall + 33]) rotate([0, 90, 0]) cylinder(d = gland, h = wall + 2);
    translate([wall + side + usb_x - usb[0] / 2, -1, wall + post + thick + 1.6 - usb[1] / 2]) cube([usb[0], wall + 2, usb[1]]);
    // keyholes for the wall; magnets of 20 x 3 mm may be glued behind the left edge instead, never behind the loop
    for (x = [25, 70]) translate([wall + x, inner_y - 12, -1]) { cylinder(d = 8, h = wall + 2); translate([-2, 0, 0]) cube([4, 9, wall + 2]); }
    // grease and steam: slots downwards only
    for (x = [56, 64, 80, 88]) translate([wall + x - 1, -1, wall + 4]) cube([2, wall + 2, 8]);
  }
  for (hole = holes) at_board(hole) difference() {
    cylinder(d = 7, h = wall + post);
    translate([0, 0, wall]) cylinder(d = screw, h = post + 1);
  }
  for (corner = corners) translate([corner[0], corner[1], wall]) difference() {
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
      at_lid([14 + 30 * n, 42]) cylinder(d = button, h = wall + 4);
      at_lid([14 + 30 * n, 24]) cylinder(d = 5.2, h = wall + 4);
    }
    at_lid([44.2, 76]) cube([30.4, 14.4, wall + 4]); // display
    for (x = [-6, 0, 6]) for (y = [0, 6]) at_lid([29 + x, 84 + y - 2]) cylinder(d = 2, h = wall + 4); // buzzer
    for (corner = corners) translate([corner[0], corner[1], -1]) cylinder(d = 3.3, h = wall + 4);
  }
}

if (part != "lid") base();
if (part != "base") translate([part == "both" ? inner_x + 20 : 0, 0, 0]) lid();
