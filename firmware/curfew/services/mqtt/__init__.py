"""MQTT: the session, Home Assistant, the voice assistants."""
