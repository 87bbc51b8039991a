"""Debian packages that are missing: installed where that is allowed, else one line that says the way out."""

import shutil
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parent.parent.parent / "tools"
LIST = f'. {TOOLS}/packages.sh\nneed here sh\n{{}}install_missing "tests are skipped"\n'
ABSENT = "need absent no-such-program no-such-other\n"
INSTALL = "env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends absent"
SUDO = """#!/bin/sh
[ "$2" = true ] && exit {may}
echo "$*" >> {path}/done
[ "$6" = -y ] && echo "E: no space" && exit {status}
exit 0
"""


@pytest.fixture
def computer(tmp_path, monkeypatch):
    """A function: a computer of a user who is not root, with few programs. may: 0, sudo works; status: of apt-get."""

    def made(names=("sudo", "apt-get"), may=0, status=0):
        monkeypatch.setenv("PATH", str(tmp_path))
        texts = {
            "sudo": SUDO.format(path=tmp_path, may=may, status=status),
            "apt-get": "",
            "id": "#!/bin/sh\necho 1000\n",
        }
        for name in (*names, "id"):
            (tmp_path / name).write_text(texts[name])
            (tmp_path / name).chmod(0o755)
        for name, path in programs.items():
            (tmp_path / name).symlink_to(path)
        return tmp_path / "done"

    programs = {name: shutil.which(name) for name in ("sh", "mktemp", "tail", "rm", "tee", "dirname", "grep")}
    return made


def run(*words):
    return subprocess.run(["sh", *map(str, words)], capture_output=True, text=True)


def test_what_is_missing_is_installed_and_no_server_is_started(computer):
    done = computer()
    ran = run("-c", LIST.format(ABSENT))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "installing Debian packages: absent ...\n", "")
    as_root = [line.removeprefix("-n ") for line in done.read_text().splitlines()]
    assert [line for line in as_root if "apt-get" in line] == ["apt-get update -qq", INSTALL]
    policy = [line.split()[0] for line in as_root if "policy-rc.d" in line]
    assert policy == ["tee", "chmod", "rm"] or not policy and Path("/usr/sbin/policy-rc.d").exists()


def test_where_nothing_is_missing_nothing_is_said_or_done(computer):
    done = computer()
    ran = run("-c", LIST.format(""))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "") and not done.exists()


@pytest.mark.parametrize("names, may, way", [
    (["sudo", "apt-get"], 1, "install them: sudo sh"), (["apt-get"], 1, "install them: sudo sh"),
    (["sudo"], 0, "install them by hand; the names are Debian's"),
])  # fmt: skip
def test_where_it_is_not_allowed_one_line_says_what_is_missing_and_the_way_out(computer, names, may, way):
    done = computer(names, may)
    ran = run("-c", LIST.format(ABSENT))
    assert ran.returncode == 1 and ran.stdout == "" and ran.stderr.count("\n") == 1
    assert ran.stderr.startswith(f"not installed: absent; tests are skipped; {way}") and not done.exists()


def test_an_install_that_fails_says_why_and_leaves_no_policy_behind(computer):
    done = computer(status=100)
    ran = run("-c", LIST.format(ABSENT))
    reason, line = ran.stderr.splitlines()
    assert ran.returncode == 1 and reason == "E: no space"
    log = Path(line.removeprefix("not installed: absent; tests are skipped; apt-get says why in "))
    assert log.read_text() == "E: no space\n"
    log.unlink()
    assert done.read_text().count(" tee ") == done.read_text().count(" rm ")


@pytest.mark.parametrize("name, status", [("system", 0), ("fleet", 0), ("hardware", 1)])
def test_each_list_is_one_line_for_a_user_who_may_not_install(computer, name, status):
    computer(may=1)
    ran = run(TOOLS / f"{name}_packages.sh")
    assert ran.returncode == status and ran.stdout == "" and ran.stderr.count("\n") == 1, ran.stderr
    assert ran.stderr.endswith(f"; install them: sudo sh {TOOLS}/{name}_packages.sh\n")
