"""Markdown that several generators write."""

from collections.abc import Iterable


def rows(head: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    """A table: the cells of its head, then of each row."""
    lines = [list(head)]
    lines += [["---"] * len(lines[0]), *map(list, body)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
