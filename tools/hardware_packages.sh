#!/bin/sh
# What `make hardware` needs and nothing else does: KiCad 9 with its libraries (Debian's backports, where the release is
# older) and OpenSCAD. Installed where that is allowed; where it is not, one line says what to install.
set -u
command -v kicad-cli >/dev/null 2>&1 && command -v openscad >/dev/null 2>&1 &&
    [ -d /usr/share/kicad/footprints ] && exit 0
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
    . /etc/os-release
    echo "installing KiCad 9 and OpenSCAD ..."
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    from=""
    if [ "${VERSION_CODENAME:-}" = bookworm ]; then
        list=/etc/apt/sources.list.d/bookworm-backports.list
        echo "deb http://deb.debian.org/debian bookworm-backports main" | $as_root tee $list >/dev/null
        from="-t bookworm-backports"
    fi
    install="apt-get install -y -qq --no-install-recommends"
    if { $as_root apt-get update -qq && $as_root $install $from kicad kicad-footprints kicad-symbols &&
        $as_root $install openscad xvfb xauth libgl1-mesa-dri; } >"$log" 2>&1; then
        exit 0
    fi
    tail -5 "$log" >&2
fi
echo "not installed: KiCad 9 (Debian: from backports), its footprints, OpenSCAD, xvfb" >&2
exit 1
