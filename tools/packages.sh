# Sourced by the lists beside it. What is missing is installed from Debian's packages where that is allowed, and none of
# it is started; where it is not allowed, one line says what is missing, what does not work without it, and the way out.
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

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
    [ -n "$missing" ] && command -v apt-get >/dev/null && as_root true 2>/dev/null
}

install_missing() { # install_missing WITHOUT: what does not work without them. 1: something is still missing
    [ -n "$missing" ] || return 0
    way="install them by hand; the names are Debian's"
    command -v apt-get >/dev/null && way="install them: sudo sh $0"
    if can_install; then
        echo "installing Debian packages:$missing ..."
        log=$(mktemp)
        apt_install >"$log" 2>&1 && rm "$log" && return 0
        tail -5 "$log" >&2
        way="apt-get says why in $log"
    fi
    echo "not installed:$missing; $1; $way" >&2
    return 1
}

apt_install() {
    policy=/usr/sbin/policy-rc.d # what it answers with 101 is not started
    if [ ! -e "$policy" ]; then
        trap 'as_root rm -f "$policy"' EXIT
        trap 'exit 130' INT TERM
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod +x "$policy"
    fi
    as_root apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
}
