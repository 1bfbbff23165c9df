"""What limpid's JMESPath is held against (tests/unit/jmespath_test.cpp) is what Python's jmespath finds today."""

import subprocess
import sys

import pytest
from conftest import REPOSITORY

FIXTURES = REPOSITORY / "tests/fixtures"


def test_the_fixture_is_what_jmespath_finds(tmp_path):
    pytest.importorskip("jmespath")
    out = tmp_path / "cases.json"
    command = [sys.executable, "-W", "ignore", FIXTURES / "make_jmespath.py", "--out", out]
    subprocess.run(command, check=True, timeout=120)
    assert out.read_bytes() == (FIXTURES / "jmespath/cases.json").read_bytes()
