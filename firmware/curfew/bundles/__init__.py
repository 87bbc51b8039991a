"""Link groups: each file lists modules that become one in the compiled program (tools/build/link.py)."""
