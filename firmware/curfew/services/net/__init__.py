"""Wi-Fi, the set-up portal, the clock, and the settings of the network."""
