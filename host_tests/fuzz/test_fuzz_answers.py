"""Any bytes from a phone in the set-up, a time server or the server of messages: an answer that is right, or none."""

from hypothesis import given
from hypothesis import strategies as st

from curfew.services.net import clock, portal
from curfew.services.notify import webhook
from host_tests.fuzz import mutate
from host_tests.fuzz.inputs import inputs, pytestmark, report, tally  # noqa: F401

QUERY = b"id\1\0\0\1\0\0\0\0\0\0\5apple\3com\0\0\1\0\1"
ADDRESS = bytes((192, 168, 4, 1))
SENT = b"\x23" + bytes(39) + b"12345678"
STAMP = (clock.FLOOR_S + 1000 + 2208988800).to_bytes(4, "big") + bytes(4)
REPLY = b"\x24\2" + bytes(22) + SENT[40:] + STAMP + STAMP


@inputs(150)
@given(mutate.mutated(st.just(QUERY), [b"\xc0\x0c", b"\0\0", b"\x3f", b"\xff" * 20, b"\0\x1c\0\1"]))
def test_a_name_look_up_in_the_set_up_gets_its_own_question_back_or_nothing(query):
    tally("DNS queries")
    answer = portal.answer(query, ADDRESS)
    if answer is not None:
        assert answer[:2] == query[:2] and answer[2] & 0x80 and len(answer) <= len(query) + 16
        question = answer[12 : len(answer) - 16 * answer[7]]
        assert question in query and answer[6:8] in (b"\0\0", b"\0\1")
        assert not answer[7] or answer[-4:] == ADDRESS


@inputs(150)
@given(mutate.mutated(st.just(REPLY), [b"\0" * 8, b"\xff" * 4, SENT[40:], b"\x1c\1"]))
def test_a_time_is_of_this_request_and_in_the_span(reply):
    tally("SNTP replies")
    time_s = clock.parse_reply(reply, SENT)
    if time_s is not None:
        assert len(reply) == 48 and reply[24:32] == SENT[40:] and 1 <= reply[1] <= 15
        assert clock.FLOOR_S <= time_s < clock.FLOOR_S + 15 * 365.25 * 86400


class Pieces:
    """Instead of a connection: bytes in pieces, then the end."""

    def __init__(self, pieces):
        self._left = [piece for _, piece in pieces]

    def step(self):
        return True

    def send(self, data):
        return len(data)

    def read(self, buffer):
        if not self._left:
            return 0
        piece = self._left.pop(0)
        got = piece[: len(buffer)]
        if piece[len(got) :]:
            self._left.insert(0, piece[len(got) :])
        buffer[: len(got)] = got
        return len(got) or None


@inputs(100)
@given(st.data(), mutate.mutated(st.just(b"HTTP/1.1 200 OK\r\n\r\n"), [b"404", b"-1", b"\xff", b"9" * 12, b" "]))
def test_an_answer_to_a_message_is_a_status_or_an_error(data, raw):
    tally("answers to messages")
    post = webhook.Post("h", 80, None, ("",) * 5, b"POST", 0)
    post._connection = Pieces(data.draw(mutate.pieces(raw, st.just(0))))
    try:
        assert any(isinstance(post.step(0), int) for _ in range(50)), "it never ends"
    except (OSError, ValueError):
        pass
