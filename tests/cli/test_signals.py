"""SIGINT and SIGTERM: a clean stop, 130 or 143, nothing left but the directory."""

import signal
import subprocess
import time

import pytest
from limpid_program import MODEL, NUMERIC, PROGRAM, files_in
from test_streams import slow_job


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("threads", ["1", "3"])
def test_while_explaining(tmp_path, number, code, threads):
    command = [PROGRAM, *slow_job(tmp_path, "--out", str(tmp_path / "out"), "--progress", "json", "--threads", threads)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        for line in program.stderr:
            if line.startswith("response space"):  # the background was read: values are computed from here on
                break
        time.sleep(0.3)
        assert files_in(tmp_path / "out") != []  # under a temporary name
        start = time.monotonic()
        program.send_signal(number)
        _, stderr = program.communicate(timeout=30)
    assert program.returncode == code, stderr
    assert f"stopped by {number.name}" in stderr
    assert "error" not in stderr
    assert time.monotonic() - start < 15
    assert (tmp_path / "out").is_dir()
    assert files_in(tmp_path / "out") == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_while_waiting_for_standard_input(tmp_path, number, code):
    command = [PROGRAM, "explain", "--model", MODEL, "--data", "-", "--background", NUMERIC, "--out", tmp_path / "out"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        time.sleep(0.5)
        program.send_signal(number)
        program.wait(timeout=10)  # standard input stays open
        stderr = program.stderr.read()
    assert program.returncode == code, stderr
    assert not (tmp_path / "out").exists() or files_in(tmp_path / "out") == []
