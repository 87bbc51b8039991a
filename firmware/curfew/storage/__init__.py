"""Files with a checksum, and the journal."""
