#!/bin/sh
# What `make hardware` needs and no other target does: KiCad 9 with its libraries, from the backports where Debian is
# older, and OpenSCAD.
. "$(dirname "$0")/packages.sh"
from=""
grep -q bookworm /etc/os-release 2>/dev/null && from=/bookworm-backports
need "kicad$from" kicad-cli
for part in footprints symbols; do
    [ -d "/usr/share/kicad/$part" ] || missing="$missing kicad-$part$from"
done
need openscad openscad
need "xvfb xauth libgl1-mesa-dri" xvfb-run
if [ -n "$from" ] && can_install; then
    echo "deb http://deb.debian.org/debian bookworm-backports main" |
        as_root tee /etc/apt/sources.list.d/bookworm-backports.list >/dev/null
fi
install_missing "make hardware needs them"
