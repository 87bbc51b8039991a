"""The build as a whole: its files, its size, and that a failure leaves the previous build."""

import pytest

from tools.build import __main__ as command
from tools.build import build, fold


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of a build, and its sizes by name; it takes three seconds."""
    out = tmp_path_factory.mktemp("built") / "out"
    return out, build.build(out)


def test_a_build_holds_everything_that_the_board_needs_and_no_source_but_what_runs_by_name(built):
    out, sizes = built
    there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert there == set(sizes)
    assert {
        "boot.py",
        "main.py",
        "settings.json",
        "a/curfew/bundles/core.mpy",
        "a/program.mpy",
        "a/manifest.txt",
    } <= there
    assert {name for name in there if name.endswith(".py")} == {"boot.py", "main.py", "starter.py"}
    for name in build.PLAIN:
        assert (out / name).read_bytes() == (build.FIRMWARE / name).read_bytes()


def test_the_compiled_program_with_its_libraries_stays_under_105_kb(built):
    sizes = built[1]
    assert 50_000 < sum(size for name, size in sizes.items() if name.endswith(".mpy")) < 105_000


@pytest.mark.long
def test_a_build_can_be_repeated_and_gives_the_same_bytes(built, tmp_path):
    first = {path.name: path.read_bytes() for path in built[0].rglob("*.mpy")}
    build.build(tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.mpy")} == first


def test_a_build_that_fails_leaves_the_old_one(built, monkeypatch):
    out = built[0]
    before = sorted(path.name for path in out.rglob("*"))

    def broken():
        raise fold.FoldError("curfew.user:1: X is a constant and assigned to")

    monkeypatch.setattr(build, "folded_sources", broken)
    with pytest.raises(fold.FoldError):
        build.build(out)
    assert sorted(path.name for path in out.rglob("*")) == before


def test_the_command_tells_what_is_wrong_in_one_line(monkeypatch, capsys, tmp_path):
    def broken():
        raise fold.FoldError("curfew.user:1: X is a constant and assigned to")

    monkeypatch.setattr(build, "folded_sources", broken)
    assert command.main([str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == "build: curfew.user:1: X is a constant and assigned to\n"
