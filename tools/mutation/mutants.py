"""Mutants of one source file: the same program with one small fault each.

Left alone are docstrings, imports, what only a type checker reads, and the words of messages for people (in `raise`
and `print`).
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">=")), ast.LtE: ("<=", ("<", ">")), ast.Gt: (">", (">=", "<=")), ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)), ast.NotEq: ("!=", ("==",)), ast.Is: ("is", ("is not",)), ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)), ast.NotIn: ("not in", ("in",)),
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "//"), ast.FloorDiv: ("//", "*"), ast.Mod: ("%", "//"),
    ast.LShift: ("<<", ">>"), ast.RShift: (">>", "<<"), ast.BitOr: ("|", "&"), ast.BitAnd: ("&", "|"),
}  # fmt: skip
TWINS = {"min": "max", "max": "min", "BaseException": "Exception"}

# How far a number is moved, by the end of the constant's name. Time is looked at once a tick: a millisecond more is the
# same tick. Everything else counts in ones: pieces, microvolts, pins, the seconds and minutes of the settings.
STEPS = {"_MS": 20}

# Byte tables: which columns are sets of bits, how many bits, and which column must be equal for the order of two rows
# to matter. In a set each bit is turned over; every other entry becomes the next number.
BIT_COLUMNS = (0,)
BITS = 7
KEY_COLUMN = 1

LINES_QUOTED = 3
_BOOLEAN = (ast.Compare, ast.BoolOp)


@dataclass(frozen=True)
class Mutant:
    """One fault: `source` is the whole file with it; `before` and `after` quote the lines.

    where: the function, and for a fault that reads like an earlier one of this function which of them it is: "f (2)".
    """

    line: int
    where: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.line} ({self.where}): {self.before}  ->  {self.after or '(gone)'}"


def mutants(source: str) -> list[Mutant]:
    """All mutants of a source, by line. None equals the source or another mutant as a program."""
    maker = _Maker(source)
    maker.visit(ast.parse(source))
    known = {ast.dump(ast.parse(source))}
    alike: Counter[tuple[str, str, str]] = Counter()
    made = []
    for start, end, text, where in sorted(maker.edits):
        mutant = _mutant(source, start, end, text, where)
        program = ast.dump(ast.parse(mutant.source))
        if program not in known:
            known.add(program)
            reads = mutant.where, mutant.before, mutant.after
            alike[reads] += 1
            number = alike[reads]
            made.append(mutant if number == 1 else replace(mutant, where=f"{where} ({number})"))
    return made


def _mutant(source: str, start: int, end: int, text: str, where: str) -> Mutant:
    """The mutant in which the bytes from start to end are `text`."""
    data = source.encode()
    first = data.rfind(b"\n", 0, start) + 1
    last = data.find(b"\n", end)
    last = len(data) if last < 0 else last
    lines = data[first:start] + text.encode() + data[end:last]
    mutated = data[:first] + lines + data[last:]
    return Mutant(data.count(b"\n", 0, start) + 1, where, _quoted(data[first:last]), _quoted(lines), mutated.decode())


def _quoted(text: bytes) -> str:
    """Some lines of source as one, without comments and indentation; of many lines the first and the last."""
    lines = [re.sub(r"(^|  )#.*", "", line).strip() for line in text.decode().split("\n")]
    lines = [line for line in lines if line]
    return " / ".join(lines if len(lines) <= LINES_QUOTED else [lines[0], "...", lines[-1]])


class _Maker(ast.NodeVisitor):
    """Walks over a source; `edits` are (start, end, text, where), start and end in bytes."""

    def __init__(self, source: str):
        self.edits: list[tuple[int, int, str, str]] = []
        self._data = source.encode()
        self._lines = [0]
        for line in self._data.split(b"\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._where: list[str] = []
        self._step = 1
        self._last: ast.stmt | None = None  # of this function
        self._for_people = False

    # --- places in the text ----------------------------------------------------------------------------------------

    def _start(self, node: Any) -> int:
        return int(self._lines[node.lineno - 1] + node.col_offset)

    def _end(self, node: Any) -> int:
        return int(self._lines[node.end_lineno - 1] + node.end_col_offset)

    def _text(self, node: ast.AST) -> str:
        return self._data[self._start(node) : self._end(node)].decode()

    def _edit(self, start: int, end: int, text: str) -> None:
        self.edits.append((start, end, text, ".".join(self._where) or "module"))

    def _put(self, node: ast.AST, text: str) -> None:
        self._edit(self._start(node), self._end(node), text)

    def _put_between(self, left: ast.AST, right: ast.AST, old: str, new: str) -> None:
        """Replace an operator between two nodes."""
        gap = self._data[self._end(left) : self._start(right)].decode()
        pattern = r"\b" + r"\s+".join(old.split()) + r"\b" if old.isalpha() or " " in old else re.escape(old)
        found = re.search(pattern, gap)
        assert found, f"no {old!r} in {gap!r}"
        start = self._end(left) + len(gap[: found.start()].encode())
        self._edit(start, start + len(found.group().encode()), new)

    # --- expressions -----------------------------------------------------------------------------------------------

    def visit_Compare(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        for at, operator in enumerate(node.ops):
            old, others = COMPARISONS[type(operator)]
            for new in others:
                self._put_between(operands[at], operands[at + 1], old, new)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        old, new, without_effect = ("and", "or", "True") if isinstance(node.op, ast.And) else ("or", "and", "False")
        for left, right in zip(node.values, node.values[1:]):  # noqa: B905
            self._put_between(left, right, old, new)
        for value in node.values:
            self._put(value, without_effect)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        sign = {ast.Not: "not ", ast.USub: "-", ast.Invert: "~"}[type(node.op)]
        self._edit(self._start(node), self._start(node) + len(sign), "")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        is_message = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        if type(node.op) in ARITHMETIC and not is_message:
            self._put_between(node.left, node.right, *ARITHMETIC[type(node.op)])
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._decide(node.test)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in TWINS:
            self._put(node, TWINS[node.id])

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._put(node, str(not value))
        elif isinstance(value, int):
            step = self._step if value > self._step else 1
            self._put(node, str(value - step))
            self._put(node, str(value + step))
        elif isinstance(value, str) and not self._for_people:
            for text in _other_words(value):
                self._put(node, repr(text))

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id == "print":
            self._visit_for_people(node)
        else:
            self.generic_visit(node)

    def _visit_for_people(self, node: ast.AST) -> None:
        self._for_people = True
        self.generic_visit(node)
        self._for_people = False

    def _decide(self, condition: ast.expr) -> None:
        if not isinstance(condition, ast.Constant):
            self._put(condition, "True")
            self._put(condition, "False")

    # --- statements ------------------------------------------------------------------------------------------------

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        self._decide(node.test)
        if node.orelse:  # without: the same as False
            self._empty(node.body)
        if not (len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)):
            self._empty(node.orelse)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._decide(node.test)
        self._empty(node.body)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self._empty(node.body)
        self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> None:
        self._empty(node.body)
        self._empty(node.finalbody)
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._empty(node.body)
        if isinstance(node.type, ast.Tuple):
            self._without_each(node.type)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._where.append(node.name)
        self._empty(node.body[1:] if ast.get_docstring(node) is not None else node.body)
        self._last = node.body[-1]
        node.returns = None
        self.generic_visit(node)
        self._where.pop()

    def visit_arg(self, node: ast.arg) -> None:
        pass

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._where.append(node.name)
        self.generic_visit(node)
        self._where.pop()

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # that is a docstring
            self._put(node, "pass")
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if self._where:
            self._put(node, "pass")
            self.generic_visit(node)
        else:
            self._visit_definition(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._put(node, "pass")
        old, new = ARITHMETIC[type(node.op)]
        self._put_between(node.target, node.value, old + "=", new + "=")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node is not self._last or self._text(node) != "return None":  # at the end that is what happens anyway
            self._put(node, "pass")
        if node.value is not None:
            is_boolean = isinstance(node.value, _BOOLEAN) or _is_not(node.value)
            for value in ("True", "False") if is_boolean else ("None", "True", "False"):
                self._put(node.value, value)
            self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._put(node, "pass")
        self._visit_for_people(node)

    def visit_Break(self, node: ast.Break) -> None:
        self._put(node, "pass")

    def visit_Continue(self, node: ast.Continue) -> None:
        self._put(node, "pass")

    def _empty(self, body: list[ast.stmt]) -> None:
        if body:
            self._edit(self._start(body[0]), self._end(body[-1]), "pass")

    # --- tables ----------------------------------------------------------------------------------------------------

    def _visit_definition(self, node: ast.Assign) -> None:
        """A constant of the module."""
        name = self._text(node.targets[0])
        value = node.value
        self._step = next((step for end, step in STEPS.items() if name.endswith(end)), 1)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "bytes":
            self._byte_table(value.args[0])
        else:
            if isinstance(value, ast.Tuple) and isinstance(node.targets[0], ast.Name):
                self._without_each(value)
            self.generic_visit(node)
        self._step = 1

    def _without_each(self, table: ast.Tuple) -> None:
        if len(table.elts) == 2:  # what is left stays a tuple
            for left in table.elts:
                self._put(table, f"({self._text(left)},)")
        else:
            for entry in table.elts:
                self._leave_out(entry, entry)

    def _leave_out(self, first: ast.AST, last: ast.AST) -> None:
        """Leave out the entries from first to last, with the comma behind them or, at the end, before them."""
        start, end = self._start(first), self._end(last)
        behind = re.match(rb",[ ]*", self._data[end:])
        before = re.search(rb",[ ]*$", self._data[:start])
        if behind:
            end += len(behind.group())
        elif before:
            start -= len(before.group())
        self._edit(start, end, "")

    def _byte_table(self, table: ast.expr) -> None:
        assert isinstance(table, ast.Tuple)
        rows: dict[int, list[ast.expr]] = {}
        for entry in table.elts:
            rows.setdefault(entry.lineno, []).append(entry)
        above: list[ast.expr] | None = None
        for row in rows.values():
            self._leave_out(row[0], row[-1])
            for column, entry in enumerate(row):
                if column in BIT_COLUMNS:
                    for bit in range(BITS):
                        self._put(entry, f"({self._text(entry)}) ^ 1 << {bit}")
                else:
                    self._put(entry, f"{self._text(entry)} + 1")
            if above and self._text(above[KEY_COLUMN]) == self._text(row[KEY_COLUMN]):
                self._swap(above, row)
            above = row

    def _swap(self, above: list[ast.expr], row: list[ast.expr]) -> None:
        start, end = self._start(above[0]), self._end(row[-1])
        one = self._data[start : self._end(above[-1])]
        other = self._data[self._start(row[0]) : end]
        between = self._data[self._end(above[-1]) : self._start(row[0])]
        self._edit(start, end, (other + between + one).decode())


def _is_not(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _other_words(text: str) -> Iterator[str]:
    """A text with one wrong word: each word of a list is once replaced by the next, a single one gets a letter more."""
    words = text.split(" ")
    if len(words) == 1 or "" in words:
        yield text + "?"
        return
    for at in range(len(words)):
        other = words[at + 1] if at + 1 < len(words) else words[at - 1]
        yield " ".join([*words[:at], other, *words[at + 1 :]])
