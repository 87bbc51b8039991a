"""The last log lines of the services, in memory only, and how often each word was logged."""

_LINES = 50
_LINE_BYTES = 80
_REPEATS = 6
_WORDS_MAX = 32  # words come from the program; this bounds an error in it


class Log:
    """A ring of lines "word text". `counts`: lines by word, those that left the ring included."""

    def __init__(self):
        self.counts = {}
        self._lines = []

    def add(self, word, text=""):
        """Add a line; a repetition of one of the last is only counted: a link that comes and goes displaces nothing."""
        if word not in self.counts and len(self.counts) >= _WORDS_MAX:
            word = "other"
        self.counts[word] = self.counts.get(word, 0) + 1
        line = (word + " " + text)[:_LINE_BYTES]
        while min(line) < " ":
            line = line.replace(min(line), "?")
        line = line.replace("\x7f", "?")
        while len(line.encode()) > _LINE_BYTES:
            line = line[:-1]
        if line not in self._lines[-_REPEATS:]:
            if len(self._lines) == _LINES:
                self._lines.pop(0)
            self._lines.append(line)

    def lines(self):
        """The lines, oldest first."""
        return self._lines[:]
