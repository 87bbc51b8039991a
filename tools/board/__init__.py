"""Everything that goes over the USB cable: `python -m tools.board COMMAND`, which `make` calls."""
