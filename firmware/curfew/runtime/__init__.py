"""Two threads and what they share: loop, supervision, snapshots, RTC memory."""
