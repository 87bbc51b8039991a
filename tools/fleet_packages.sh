#!/bin/sh
# What `make fleet` needs and no other target does: Prometheus, Alertmanager, RabbitMQ and HAProxy.
. "$(dirname "$0")/packages.sh"
need prometheus prometheus
need prometheus-alertmanager amtool
need rabbitmq-server rabbitmq-server
need haproxy haproxy
install_missing "the tests that need them will be skipped"
exit 0
