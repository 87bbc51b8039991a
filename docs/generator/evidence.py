"""The table of how each rule is shown, read from where the evidence stands."""

import ast
import re
from pathlib import Path

from docs.generator import EN, ROOT
from render.markdown import rows
from simulator.rules import invariants
from simulator.rules.sentences import RULES

TESTS = ROOT / "host_tests"
HEAD = (
    ("Rule", "Proved for every input, in so many contracts", "Exhaustive", "Tested in"),
    ("规则", "对任何输入已证明（契约数）", "穷举", "测试"),
)
CLASSES, SETS = ("every class of states", "每一类状态"), ("every set of faults", "每一组故障")
RUNS = ("every run", "每次运行")
RULE = re.compile(r"\b[SL]\d+\b")


def named(path: Path) -> dict[str, list[str]]:
    """The rules in the docstring of each function of a file, by its name."""
    functions = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
    return {one.name: RULE.findall(ast.get_docstring(one) or "") for one in functions}


def proved() -> dict[str, list[str]]:
    """The file of each contract, by rule; a contract names its rules in its docstring."""
    found: dict[str, list[str]] = {}
    for path in sorted((TESTS / "proofs").glob("*.py")):
        for rules in named(path).values():
            for rule in rules:
                found.setdefault(rule, []).append(path.stem)
    return found


def explored() -> set[str]:
    """The rules by which the exploration names a violation."""
    texts = [path.read_text("utf-8") for path in (TESTS / "exhaustive").glob("*.py")]
    heads = re.findall(r'"((?:[SL]\d+(?:, )?)+):', "\n".join(texts))
    return {rule for head in heads for rule in RULE.findall(head)}


def enumerated() -> set[str]:
    """The rules of what is gone through one by one in host_tests/proofs."""
    text = (TESTS / "proofs" / "test_every_case.py").read_text("utf-8")
    return set(RULE.findall(ast.get_docstring(ast.parse(text)) or ""))


def table(language: int) -> str:
    """One row for each rule of SAFETY."""
    by_rule, classes, sets = proved(), explored(), enumerated()
    checks = {name for name, _, _ in invariants.CHECKS}
    lines = []
    for rule in filter(RULE.fullmatch, RULES):
        files = by_rule.get(rule, [])
        contracts = [f"`{file}` {files.count(file)}" for file in sorted(set(files))]
        tried = [words[language] for words, held in ((CLASSES, classes), (SETS, sets)) if rule in held]
        comma = ", " if language == EN else "、"
        tested = RUNS[language] if rule in checks else "–"
        lines.append((f"**{rule}**", comma.join(contracts) or "–", comma.join(tried) or "–", tested))
    return rows(HEAD[language], lines)
