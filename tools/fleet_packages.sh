#!/bin/sh
# What `make fleet` needs and no other target does: Prometheus, Alertmanager, RabbitMQ and HAProxy; none of them is
# started. Installed where that is allowed; where it is not, one line says what to install.
set -u
PATH="$PATH:/usr/sbin"
missing=""
for pair in prometheus:prometheus amtool:prometheus-alertmanager rabbitmq-server:rabbitmq-server haproxy:haproxy; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
[ -z "$missing" ] && exit 0
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
    echo "installing Debian packages for the fleet's tests:$missing ..."
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    policy=/usr/sbin/policy-rc.d # what it answers with 101 is not started
    own=""
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null && $as_root chmod +x "$policy" && own=yes
    fi
    install="apt-get install -y -qq --no-install-recommends"
    { $as_root apt-get update -qq && $as_root $install $missing; } >"$log" 2>&1
    status=$?
    [ -z "$own" ] || $as_root rm "$policy"
    [ "$status" = 0 ] && exit 0
    tail -5 "$log" >&2
fi
echo "not installed:$missing; the tests that need them will be skipped" >&2
