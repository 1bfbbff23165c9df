"""Threads, chunk sizes, SIMD targets and where the output goes never change a byte outside run.json."""

import subprocess

import pytest
from limpid_program import FIXTURES, LOANS_DATA, LOANS_MODEL, NUMERIC, PROGRAM, explain, files_in, run

QUESTIONS = {
    "response": [*LOANS_MODEL, *LOANS_DATA, "--background", "sample:12"],
    "margin": [*LOANS_MODEL, *LOANS_DATA, "--space", "margin", "--format", "csv"],
    "path-dependent": [*LOANS_MODEL, *LOANS_DATA, "--method", "path-dependent", "--float64"],
    "several outputs": ["--model", FIXTURES / "3.2.0/multi.json", "--data", NUMERIC, "--background", "sample:7"],
}
QUESTIONS["interactions"] = [*QUESTIONS["response"], "--interactions"]
QUESTIONS["top interactions"] = [*QUESTIONS["several outputs"], "--interactions=top:5"]
VARIANTS = [
    (["--threads", "2"], {}),
    (["--threads", "7", "--chunk-rows", "1"], {}),
    (["--threads", "2", "--chunk-rows", "256"], {}),
    (["--threads", "1", "--chunk-rows", "1000"], {}),
]


def simd_targets():
    """Best first, as this processor and build have them."""
    message = run("--version", env={"LIMPID_SIMD": "none"}).stderr
    return message.split("LIMPID_SIMD takes ")[1].strip().split(", ")


def contents(out):
    return {name: (out / name).read_bytes() for name in files_in(out) if name != "run.json"}


@pytest.fixture(scope="module", params=QUESTIONS)
def question(request, tmp_path_factory):
    """The arguments of a question, and its files with one thread and the default chunks."""
    out = tmp_path_factory.mktemp("first") / "out"
    args = QUESTIONS[request.param]
    done = explain(*args, "--threads", "1", "--out", out)
    assert done.returncode == 0, done.stderr
    return args, contents(out)


@pytest.mark.parametrize(("options", "env"), VARIANTS)
def test_threads_and_chunks(question, tmp_path, options, env):
    args, expected = question
    done = explain(*args, *options, "--out", tmp_path / "out", env=env)
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "out") == expected


def test_simd_targets(question, tmp_path):
    args, expected = question
    targets = simd_targets()
    assert "scalar" in targets
    for target in targets[1:]:  # the first is the default
        out = tmp_path / target
        done = explain(*args, "--out", out, env={"LIMPID_SIMD": target})
        assert done.returncode == 0, done.stderr
        assert contents(out) == expected, target
        assert f'"simd": "{target.upper()}"' in (out / "run.json").read_text().replace("EMU128", "SCALAR")


def test_standard_output_has_the_same_lines(question):
    args, expected = question
    values = next(content for name, content in expected.items() if name.startswith("explanations_shap/out."))
    values_alone = [arg for arg in map(str, args) if not arg.startswith("--interactions")]
    command = [PROGRAM, "explain", *values_alone, "--out", "-", "--threads", "3"]
    done = subprocess.run(command, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout == values


def test_another_seed_is_another_sample(tmp_path):
    bases = set()
    for seed in (0, 1, 2):
        out = tmp_path / str(seed)
        assert explain(*QUESTIONS["margin"], "--seed", seed, "--out", out).returncode == 0
        bases.add((out / "explanations_shap/baseline.csv").read_text())
    assert len(bases) == 3
