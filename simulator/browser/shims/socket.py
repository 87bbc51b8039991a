"""MicroPython in a browser has no sockets; the firmware's server is imported all the same (phone.py)."""
