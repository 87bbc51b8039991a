"""Thin drivers: pins and buses, no policy. The only package that imports machine."""
