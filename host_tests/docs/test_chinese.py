"""The Chinese texts: their words, and the same code, commands, numbers and test names as in the English documents."""

import re
from collections import Counter

import pytest

from docs.generator import ROOT, pages
from host_tests.docs.documents import TRANSLATED, prose_of, text_of
from host_tests.docs.test_words import SUFFIXES

# Files and folders whose Chinese is checked, code and generated parts included.
CHECKED = [
    "README.zh-CN.md", "SAFETY.zh-CN.md", "benchmarks", "catalog.toml", "docs", "firmware", "simulator", "tools",
    "wiring",
]  # fmt: skip
INSTEAD = {  # pattern: what to write
    r"灶眼": "灶头", r"(?<!控制)盒子": "控制盒", r"焊死": "触点粘连", r"手动模式": "不限时", r"剧本": "场景",
    r"要人命": "可能致命", r"用数字搭": "模拟的", r"尝试太多": "密码错误次数过多", r"试运行期": "待确认",
    r"断开(记录|原因)|关闭原因": "关火记录，关火原因", r"收到远程关火": "远程关火", r"必须亲手": "必须有人在灶前操作",
    r"应当导通却没有": "触点没有接通", r"从远处|远处的": "远程", r"火焰没有了": "火灭了", r"炉子|炉灶": "灶具",
    r"复位间隔|休息时间": "重新闭合延时", r"对手|裸循环": "基准程序，空循环", r"一拍": "一个节拍",
    r"收走一切": "按 Ctrl-C 停止",
    r"[\u4e00-\u9fff][,;:!?](?=[\u4e00-\u9fff])": "全角标点",
}  # fmt: skip
_EVIDENCE = re.compile(r"\[([^\]]+)\]\((?:\.\./)*((?:host_tests|scenarios)/[^)]*)\)")


def files():
    """Every file whose Chinese is checked."""
    for name in CHECKED:
        path = ROOT / name
        yield from (file for file in ([path] if path.is_file() else sorted(path.rglob("*"))) if file.suffix in SUFFIXES)


@pytest.mark.parametrize("path", list(files()), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_chinese_uses_only_words_of_this_project(path):
    text = path.read_text("utf-8")
    wrong = {match[0]: better for pattern, better in INSTEAD.items() for match in re.finditer(pattern, text)}
    assert not wrong, wrong


def without_generated(file, text_of=text_of):
    """A document without its generated parts."""
    return re.sub(r"<!-- generated: (.+?) -->.*?<!-- end: \1 -->", "", text_of(file), flags=re.DOTALL)


def code(file):
    """The code of a document: blocks of commands and data, and every phrase in backticks."""
    text = without_generated(file).replace(" --lang zh", "")
    blocks = re.findall(r"^ *```(?:sh|yaml|json|text)\n(.*?)^ *```$", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return Counter([*blocks, *re.findall(r"`([^`\n]+)`", text)])


def numbers(file):
    """The numbers in the prose of a document, those of lists left out."""
    text = without_generated(file, prose_of).replace("zh-CN", "")
    text = re.sub(r"`[^`\n]*`|\]\([^)\s]*\)|src=\"[^\"]*\"|^\d+\. ", " ", text, flags=re.MULTILINE)
    return Counter(re.findall(r"\d+(?:[.,]\d+)*", text))


@pytest.mark.parametrize("part", [code, numbers, lambda file: _EVIDENCE.findall(text_of(file))],
                         ids=["code", "numbers", "evidence"])  # fmt: skip
@pytest.mark.parametrize("english", TRANSLATED)
def test_both_languages_have_the_same(english, part):
    assert part(english) == part(pages.sibling(english))
