#!/bin/sh
# The programs that the tests use and pip does not have: a broker, a browser, Graphviz, a wrong clock, a font.
. "$(dirname "$0")/packages.sh"
need mosquitto mosquitto
need openssl openssl
need chromium chromium chromium-browser google-chrome
need chromium-driver chromedriver
need graphviz dot
need ngspice ngspice
need faketime faketime
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-wqy-microhei" # the pictures of Chinese pages
install_missing "the tests that need them will be skipped"
exit 0
