"""The last lines about the services, for people, and how often each word was said.

Belongs here: keeping few and short lines. Does not: the journal of openings (journal.py), anything that must last.
"""

_LINES = 50
_LINE_BYTES = 80
_WORDS_MAX = 32  # words come from our own code; this bounds a mistake in it


class Log:
    """A ring of lines "word text". `counts`: how often by word, also what is no longer in the ring."""

    def __init__(self):
        self.counts = {}
        self._lines = []

    def add(self, word, text=""):
        """Add a line; one equal to the last is only counted, so that a flood does not push the others out."""
        if word not in self.counts and len(self.counts) >= _WORDS_MAX:
            word = "other"
        self.counts[word] = self.counts.get(word, 0) + 1
        line = (word + " " + text)[:_LINE_BYTES]
        for char in line:
            if not " " <= char != "\x7f":
                line = line.replace(char, "?")
        while len(line.encode()) > _LINE_BYTES:
            line = line[:-1]
        if self._lines[-1:] != [line]:
            if len(self._lines) == _LINES:
                self._lines.pop(0)
            self._lines.append(line)

    def lines(self):
        """The kept lines, oldest first."""
        return self._lines[:]
