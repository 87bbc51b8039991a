"""Everything of the second thread: network, page, MQTT, update."""
