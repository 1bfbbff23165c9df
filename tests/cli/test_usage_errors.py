"""Wrong options: exit 2, the option named, the nearest known one or what to do, and nothing written."""

import pytest
from limpid_program import FIXTURES, MODEL, NUMERIC, assert_error, explain, run

GOOD = ["--model", MODEL, "--data", NUMERIC, "--background", NUMERIC]


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        ([], "usage.command", ["a command is needed", "limpid --help"]),
        (["explian"], "usage.command", ["'explian'", "did you mean 'explain'?"]),
        (["zzz"], "usage.command", ["'zzz'", "limpid --help"]),
        (["explain"], "usage.missing", ["--model FILE", "usage: limpid explain"]),
        (["explain", "--model", "m"], "usage.missing", ["--data FILE"]),
        (["explain", "--model", "m", "--data", "d"], "usage.missing", ["--out DIR"]),
        (["explain", "--modle", "m"], "usage.option", ["'--modle'", "did you mean '--model'?"]),
        (["explain", "--modle=m"], "usage.option", ["'--modle'", "did you mean '--model'?"]),
        (["explain", "-model", "m"], "usage.option", ["'-model'", "did you mean '--model'?"]),
        (["explain", "--qqqqqqqqqqqqq"], "usage.option", ["'--qqqqqqqqqqqqq'", "--help"]),
        (["explain", "--model"], "usage.value", ["'--model' needs a value"]),
        (["explain", "--model", "m", "extra"], "usage.argument", ["'extra'"]),
        (["explain", "--quiet=perhaps"], "usage.option", ["perhaps"]),
        (["inspect"], "usage.missing", ["--model FILE", "limpid inspect MODEL"]),
        (["inspect", "--jsn", "m"], "usage.option", ["'--jsn'", "did you mean '--json'?"]),
        (["inspect", "a", "b"], "usage.argument", ["'b'"]),
    ],
)
def test_command_line(args, code, words):
    assert_error(run(*args), code, 2, *words)


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--space", "prob"], "usage.value", ["--space 'prob'", "did you mean 'probability'?", "response, margin"]),
        (["--space", "Margin"], "usage.value", ["did you mean 'margin'?"]),
        (["--method", "interventionel"], "usage.value", ["did you mean 'interventional'?"]),
        (["--method", "tree_path"], "usage.value", ["did you mean 'tree_path_dependent'?"]),
        (["--format", "parquet"], "usage.value", ["--format takes jsonl, csv"]),
        (["--model-format", "onnx"], "usage.value", ["xgboost-json, xgboost-ubjson"]),
        (["--progress", "loud"], "usage.value", ["auto, none, plain, json"]),
        (["--color", "alway"], "usage.value", ["did you mean 'always'?"]),
        (["--device", "gpu"], "usage.value", ["did you mean 'cuda'?"]),
        (["--device", "cudda"], "usage.value", ["did you mean 'cuda'?"]),
        (["--device", "cuda:x"], "usage.value", ["--device 'cuda:x'"]),
        (["--device", "cuda:"], "usage.value", ["--device 'cuda:'"]),
        (["--device", "cuda:0,"], "usage.value", ["--device 'cuda:0,'"]),
        (["--device", "cuda:1,1"], "usage.value", ["--device 'cuda:1,1'"]),
        (["--device", "cuda:al"], "usage.value", ["did you mean 'cuda:all'?"]),
        (["--threads", "0"], "usage.value", ["--threads '0'", "from 1 to 1024"]),
        (["--threads", "two"], "usage.value", ["--threads 'two'"]),
        (["--chunk-rows", "0"], "usage.value", ["--chunk-rows '0'"]),
        (["--seed", "-1"], "usage.value", ["--seed '-1'", "at least 0"]),
        (["--max-exact-players", "21"], "usage.value", ["from 1 to 20"]),
        (["--delimiter", ";;"], "usage.value", ["--delimiter ';;'", "tab"]),
        (["--iterations", "x"], "usage.value", ["--iterations 'x'", "A:B"]),
        (["--iterations", "0"], "usage.value", ["--iterations '0'"]),
        (["--iterations", "3:3"], "usage.value", ["--iterations '3:3'"]),
        (["--iterations", "5"], "usage.value", ["4 rounds"]),
        (["--labels", "a,b"], "usage.value", ["--labels gives 2 names", "outputs are 1"]),
        (["--background", "sample:0"], "usage.value", ["sample:0", "at least 1"]),
        (["--background", "sample:many"], "usage.value", ["sample:many"]),
        (["--background", "kmeans:0"], "usage.value", ["kmeans:0", "kmeans:K", "from 1 to 10000"]),
        (["--background", "kmeans:"], "usage.value", ["kmeans:K"]),
        (["--background", "sample:5", "--background-weights", "w"], "usage.background", ["'w'", "sample:5", "--background FILE"]),
        (["--method", "path-dependent"], "usage.method", ["a background was given", "--method interventional"]),
        (["--id", "nobody"], "usage.column", ["nobody"]),
    ],
)
def test_values(tmp_path, args, code, words):
    done = explain(*GOOD, "--out", tmp_path / "out", *args)
    assert_error(done, code, 2, *words)
    assert not (tmp_path / "out").exists()


def test_path_dependent_response_names_the_alternative(tmp_path):
    done = explain("--model", MODEL, "--data", NUMERIC, "--method", "path-dependent", "--space", "response", "--out",
                   tmp_path / "out")  # fmt: skip
    assert_error(done, "usage.method", 2, "--space margin", "--method interventional")


def test_a_sample_of_standard_input_asks_for_a_file():
    done = explain("--model", MODEL, "--data", "-", "--out", "-", stdin=NUMERIC.read_text())
    assert_error(done, "usage.background", 2, "standard input", "--background FILE")


def test_a_response_that_is_unknown_asks_for_the_margin():
    done = explain("--model", FIXTURES / "1.0.2/hinge.json", "--data", NUMERIC, "--out", "-")
    assert_error(done, "model.objective", 4, "binary:hinge", "--space margin")


def test_a_simd_target_that_is_unknown():
    assert_error(run("--version", env={"LIMPID_SIMD": "avx9"}), "usage.value", 2, "LIMPID_SIMD 'avx9'", "scalar")


def test_nested_config_errors(tmp_path):
    config = tmp_path / "job.json"
    for text, code, words in [
        ("{", "config.format", ["is not JSON"]),
        ("[1]", "config.format", ["array, not an object"]),
        ('{"baselin": "x"}', "config.key", ["/baselin is not a known key", "did you mean 'baseline'?"]),
        ('{"config": "x"}', "config.key", ["/config"]),
        ('{"model": {"a": 1}}', "config.value", ["/model is object"]),
        ('{"overwrite": "yes"}', "config.value", ["/overwrite", "true or false"]),
        ('{"space": "margn"}', "usage.value", ["did you mean 'margin'?"]),
    ]:
        config.write_text(text)
        assert_error(explain("--config", config), code, 2, *words)
    assert_error(explain("--config", tmp_path / "none"), "config.open", 2, "No such file")
