"""Everything that goes over the USB cable; the command is tools/cli.py."""
