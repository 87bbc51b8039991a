"""Changed bytes, and bytes in pieces."""

from hypothesis import strategies as st


@st.composite
def mutated(draw, whole, bits):
    """Bytes of `whole` with one to four places cut out, doubled, flipped, or replaced by garbage or one of `bits`."""
    data = bytearray(draw(whole))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 0, 1, 1, 2, 7, 40])))
        kind = draw(st.sampled_from(["out", "twice", "flip", "rubbish", "bit"]))
        if kind == "flip":
            data[start:end] = bytes(byte ^ 1 << draw(st.integers(0, 7)) for byte in data[start:end])
        elif kind == "twice":
            data[end:end] = data[start:end]
        else:
            data[start:end] = {"out": b"", "rubbish": draw(st.binary(max_size=8)), "bit": draw(st.sampled_from(bits))}[
                kind
            ]
    return bytes(data)


@st.composite
def pieces(draw, data, waits):
    """[(seconds to wait before, bytes), ...]: data split at up to four places."""
    at = sorted(draw(st.lists(st.integers(0, len(data)), max_size=4)))
    cuts = [0, *at, len(data)]
    return [(draw(waits), data[a:b]) for a, b in zip(cuts, cuts[1:], strict=False)]
