"""On the VM: the part of `pathlib` that the simulator uses."""


class Path:
    def __init__(self, *parts):
        self.path = "/".join([str(part) for part in parts])

    def __truediv__(self, name):
        return Path(self.path, name)

    def __str__(self):
        return self.path

    def resolve(self):
        return self

    @property
    def parent(self):
        return Path(self.path.rpartition("/")[0])

    def read_text(self, encoding="utf-8"):
        with open(self.path) as file:
            return file.read()
