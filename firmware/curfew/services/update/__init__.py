"""Update over the network: slots, the key, receiving a program."""
