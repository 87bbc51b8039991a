"""What is behind machine.py and neopixel.py: a World, or the backend of another rig. None until one is installed."""

the = None
