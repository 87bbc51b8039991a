"""The tool as a user installs it: built, put into an empty environment by pipx, and used from there as README says."""

import ast
import contextlib
import email
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
import time
import tomllib
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from host_tests.fixtures import board as fixture
from host_tests.fixtures import micropython_image, other_system
from host_tests.fixtures.other_system import SYSTEMS
from host_tests.fixtures.rom import Rom
from tools.board import virtual
from tools.board.images import image

ROOT = fixture.ROOT
README = {"README.md": "On the board", "README.zh-CN.md": "装到开发板上"}
BUILD = {
    "docs/start/build.md": "Install MicroPython and the program",
    "docs/start/build.zh.md": "安装 MicroPython 和程序",
}
FRESH_S = 60  # from nothing to deployed
# The pinned image can be had from its own server only: this stands in for the file, its size and its SHA-256.
PINNED = """
from curfew_tools.board.images import download
download.OFFICIAL = download.Official("1.29.0", {url!r}, {size}, {sha256!r})
"""
HERE = "import sys\nfrom curfew_tools.cli import main\n"


def commands(file, heading):
    """The commands of the shell blocks below a heading, up to the next heading of the same kind."""
    text = (ROOT / file).read_text().split(f"\n## {heading}\n", 1)[1]
    text = re.split(r"^##+ ", text, maxsplit=1, flags=re.M)[0]
    return [line.strip() for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.strip().splitlines()]


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_readme_and_build_page_give_the_same_commands_in_both_languages():
    shown = [commands(file, heading) for file, heading in (*README.items(), *BUILD.items())]
    assert shown[1:] == shown[:1] * 3 and len(shown[0]) == 5
    page = (ROOT / "tools" / "README.md").read_text()
    assert re.search(r"```sh\n(.*?)\n```", page, re.S)[1].splitlines() == shown[0][1:], "the page of the package"
    assert shown[0][0] == f"pipx install curfew-{project()['version']}-py3-none-any.whl"


def test_what_is_installed_with_it_is_pinned_as_in_a_clone_and_nothing_else_is():
    pins = set(re.findall(r"^\S+==\S+", (ROOT / "requirements-dev.txt").read_text(), re.M))
    wanted = project()["dependencies"]
    assert set(wanted) <= pins and {pin.split("==")[0] for pin in wanted} == {
        "esptool", "littlefs-python", "mpremote", "pyserial", "rich", "segno",
    }  # fmt: skip


def test_the_tool_imports_only_itself_the_standard_library_and_what_is_installed_with_it():
    import sys

    allowed = {"esptool", "littlefs", "mpremote", "serial", "rich", "segno", "curfew", *sys.stdlib_module_names}
    paths = [ROOT / "tools" / "cli.py", ROOT / "tools" / "update.py", ROOT / "tools" / "build" / "manifest.py"]
    for path in (*paths, *(ROOT / "tools" / "board").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert {name.split(".")[0] for name in names} <= allowed, path


# --- built and installed ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel():
    """The built package."""
    subprocess.run(["make", "-s", "package"], cwd=ROOT, check=True, capture_output=True, timeout=300)
    (path,) = (ROOT / "build" / "package").glob("*.whl")
    return path


@pytest.fixture(scope="module")
def user(wheel, tmp_path_factory):
    """A user with an empty home, the downloaded wheel, and pipx; user(line) types a line."""
    home = tmp_path_factory.mktemp("home")
    (home / wheel.name).write_bytes(wheel.read_bytes())
    full = (ROOT / "docs" / "start" / "build.md").read_text().split("\nbasic:\n", 1)[1]
    (home / "my-build.json").write_text(re.search(r"```json\n(.*?)```", full, re.S)[1])
    paths = [home / "bin", ROOT / ".venv-package" / "bin", "/usr/bin", "/bin"]
    env = {key: value for key, value in os.environ.items() if key.startswith("PIP") or key in ("LANG", "SSL_CERT_FILE")}
    env |= {"HOME": str(home), "PATH": ":".join(map(str, paths)), "COLUMNS": "200", "PIPX_HOME": str(home / "pipx")}
    env |= {
        "PIPX_BIN_DIR": str(home / "bin"),
        "PIPX_DEFAULT_PYTHON": os.path.realpath(ROOT / ".venv" / "bin" / "python"),
    }

    def types(line):
        return subprocess.run(
            line.split(), cwd=home, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
        )

    types.home = home
    return types


@pytest.fixture(scope="module")
def installed(user):
    """The user after the first command of README; how long it took."""
    began = time.monotonic()
    done = user(commands("README.md", README["README.md"])[0])
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - began


@contextlib.contextmanager
def pinned(folder):
    """Python that pins another image, which a server here gives; the image."""
    data = micropython_image.official()
    (folder / micropython_image.NAME).write_bytes(data)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{micropython_image.NAME}"
        yield PINNED.format(url=url, size=len(data), sha256=sha256(data).hexdigest()), data
        server.shutdown()


@pytest.mark.long
@pytest.mark.limit(400)
def test_from_an_empty_environment_to_a_running_board_takes_less_than_a_minute(user, installed, tmp_path):
    deploy = commands("README.md", README["README.md"])[3]
    with virtual.Board(tmp_path / "flash", fixture.SPEED) as board:
        began = time.monotonic()
        done = user(f"{deploy} --port {board.port}")
        took = installed + time.monotonic() - began
    assert done.returncode == 0 and "deployed" in done.stdout, done.stdout + done.stderr
    print(f"installed in {installed:.0f} s, from nothing to deployed in {took:.0f} s")
    assert took < FRESH_S


@pytest.mark.long
@pytest.mark.limit(400)
@pytest.mark.parametrize("system", ["this one", *SYSTEMS])
def test_every_command_of_on_the_board_leads_to_a_running_board_on_any_system(user, installed, tmp_path, system):
    _, doctor, flash, deploy, settings = commands("README.md", README["README.md"])

    def types(line, before="", port=""):
        (tmp_path / "typed.py").write_text(
            HERE + before + "\nsys.exit(main(sys.argv[1:]))\n"
            if system == "this one"
            else other_system.program(system, "curfew_tools", before)
        )
        line = line.replace("curfew ", f"{user.home}/pipx/venvs/curfew/bin/python {tmp_path}/typed.py ", 1)
        done = user(f"{line} --port {port}" if port else line)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "compiled program" in types(doctor)
    with Rom() as rom, pinned(tmp_path) as (before, data):
        shutil.rmtree(user.home / ".curfew", ignore_errors=True)
        types(flash, before, rom.url)
        assert bytes(rom.flash.data[image.OFFSET :][: len(data)]) == data and "ERASE_FLASH" in rom.commands
    with virtual.Board(tmp_path / "flash", fixture.SPEED) as board, other_system.bridge(board.port) as port:
        assert "deployed" in types(deploy, port=port)
        types(settings, port=port)
        assert "slot a" in types(doctor, port=port)
        types(f"curfew backup {tmp_path}/kept.json", port=port)
    assert "settings.json" in json.loads((tmp_path / "kept.json").read_text())["files"]


@pytest.mark.long
def test_a_program_that_was_damaged_after_it_was_installed_is_not_deployed(user, installed):
    (program,) = user.home.glob("pipx/venvs/curfew/lib/*/site-packages/curfew_tools/program")
    firmware = program.parent / "firmware"
    core = firmware / "curfew" / "core" / "limits.py"
    for path in (program / "a" / "www" / "style.css.gz", program / "boot.py", core, firmware / "settings.json"):
        data = path.read_bytes()
        path.write_bytes(data[:-1])
        try:
            done = user("curfew deploy --port /dev/ttyUSB9")
            assert done.returncode == 1 and "pipx reinstall curfew" in done.stderr, done.stderr
            assert done.stderr.count("\n") == 1 and "/dev/ttyUSB9" not in done.stderr
            done = user("curfew doctor")
            assert done.returncode == 1 and "pipx reinstall curfew" in done.stdout + done.stderr
        finally:
            path.write_bytes(data)


@pytest.mark.long
def test_a_user_without_a_home_may_use_it(user, installed, tmp_path):
    (tmp_path / "typed.py").write_text(
        "import os, pwd\ndef unknown(uid): raise KeyError(uid)\ndel os.environ['HOME']\npwd.getpwuid = unknown\n"
        + f"{HERE}sys.exit(main(sys.argv[1:]))\n"
    )
    done = user(f"{user.home}/pipx/venvs/curfew/bin/python {tmp_path}/typed.py deploy --port /dev/ttyUSB9")
    assert done.returncode == 1 and done.stderr.startswith("deploy: /dev/ttyUSB9 is not there"), done.stderr


@pytest.mark.long
def test_the_wheel_has_the_program_its_licenses_and_no_tool_of_the_tests(wheel):
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        head = email.message_from_bytes(packed.read(next(name for name in names if name.endswith("/METADATA"))))
        assert b"ChuMicro" in packed.read("curfew_tools/licenses.txt")
    tops = {name.split("/")[0] for name in names}
    assert tops == {"curfew_tools", f"curfew-{project()['version']}.dist-info"}
    assert {"curfew_tools/program/boot.py", "curfew_tools/program/a/manifest.txt"} <= set(names)
    assert not [name for name in names if re.search("virtual|mutation|host_tests|simulator", name)]
    built = {
        path.relative_to(ROOT / "build" / "firmware").as_posix() for path in (ROOT / "build" / "firmware").rglob("*.*")
    }
    assert {name.removeprefix("curfew_tools/program/") for name in names if "/program/" in name} == built
    assert head["License-Expression"] == "MIT" and head["License-File"] == "LICENSE"
    page = MarkdownIt("commonmark").enable("table").render(head.get_payload())
    assert "<table>" in page and "<code>curfew deploy</code>" in page
    assert all(link.startswith("http") for link in re.findall(r'(?:href|src)="([^"]+)"', page))


@pytest.mark.long
def test_a_package_without_a_compiled_program_is_not_built(tmp_path):
    copy = tmp_path / "clone"
    copy.mkdir()
    for name in ("pyproject.toml", "LICENSE", "tools"):
        subprocess.run(["cp", "-r", ROOT / name, copy / name], check=True)
    python = ROOT / ".venv-package" / "bin" / "python"
    done = subprocess.run([python, "-m", "build", "--wheel", copy], capture_output=True, text=True, timeout=200)
    assert done.returncode and "Forced include not found" in done.stdout + done.stderr
    assert not Path(copy / "dist").exists() or not list((copy / "dist").glob("*"))
