"""`make install` copies a program that needs neither the build tree nor .venv."""

import os
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    folder = tmp_path_factory.mktemp("install")
    subprocess.run([REPOSITORY / "scripts/install.sh", folder], check=True, capture_output=True)
    return folder


def test_program_runs_from_its_prefix(prefix):
    environment = {"PATH": os.defpath, "HOME": str(prefix)}
    run = subprocess.run([prefix / "bin/limpid", "--version"], cwd=prefix, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("limpid ")


def test_no_library_comes_from_the_build_tree(prefix):
    listed = subprocess.run(["ldd", prefix / "bin/limpid"], check=True, capture_output=True, text=True).stdout
    assert "not found" not in listed
    assert str(REPOSITORY) not in listed
    assert ".venv" not in listed
    arrow = [line.split("=>")[1].split()[0] for line in listed.splitlines() if "libarrow.so" in line]
    assert len(arrow) == 1


def test_licence_is_installed(prefix):
    assert (prefix / "share/doc/limpid/LICENSE").read_text() == (REPOSITORY / "LICENSE").read_text()
