"""On the VM: no guess at what was meant."""


def get_close_matches(word, known, count, cutoff):
    return []
