"""Behind interfaces.py in one program: MARKED, what is asked, with a line "|" wherever other tasks have their turn.

Apart from it, as pieces.py is. No name has a place here: among so many more an import takes three times as long.
"""

# ruff: noqa: F821

_read = Stream.read


async def turn(*_):
    print("|")


async def read(self, size):
    print("|")
    return await _read(self, size)


Stream.read, Stream.drain = read, turn
api.sleep_ms = server.sleep_ms = turn
body = json.dumps({"password": PASSWORD}) if MARKED[:4] == "POST" else ""
ask(MARKED, body)  # the first one is dearer
print("|")
answer = ask(MARKED, body)
assert b" 200 " in answer or b" 202 " in answer, answer
print("|")
