"""ngspice as the judge of the circuit: decks generated from wiring.yaml. Simple models of parts, on purpose."""
