#!/bin/sh
# The programs that the tests use and pip does not have: a broker, a browser, Graphviz, a wrong clock, a font. Installed
# where that is allowed; where it is not, one line says what to install, and the tests that need it say that they were
# skipped.
set -u
PATH="$PATH:/usr/sbin:/usr/local/sbin"
missing=""
need() { # need PACKAGE COMMAND...: one of the commands will do
    package=$1
    shift
    for command in "$@"; do
        command -v "$command" >/dev/null 2>&1 && return
    done
    missing="$missing $package"
}
need mosquitto mosquitto
need openssl openssl
need chromium chromium chromium-browser google-chrome
need chromium-driver chromedriver
need graphviz dot
need ngspice ngspice
need faketime faketime
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-wqy-microhei" # the pictures of Chinese pages
[ -z "$missing" ] && exit 0

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
    echo "installing Debian packages for the tests:$missing ..."
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    install="apt-get install -y -qq --no-install-recommends"
    if { $as_root apt-get update -qq && $as_root $install $missing; } >"$log" 2>&1; then
        exit 0
    fi
    tail -5 "$log" >&2
fi
echo "not installed:$missing; the tests that need them will be skipped. To run them: sudo apt install$missing" >&2
