"""Messages to a phone, over a web address."""
