"""The interactive stove without a server: everything runs on MicroPython's WebAssembly build in a browser's Worker."""
