"""Bad data, bad backgrounds, bad models: one clear error, its exit code, nothing written."""

import gzip
import io
import pickle
import tarfile

import pytest
from limpid_program import FIXTURES, MODEL, NUMERIC, assert_error, explain, files_in, run, write_model

HEADER = 'age,income,größe,"a ""quoted"", name",debt ratio,region'
ROW = "45,42,1.2,0.5,3,2"
GOOD = f"{HEADER}\n{ROW}\n"


def explain_text(tmp_path, text, *args, name="data.csv", model=MODEL):
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return explain("--model", model, "--data", tmp_path / name, "--out", tmp_path / "out", *args)


def test_good_data_passes(tmp_path):
    done = explain_text(tmp_path, GOOD)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "args", "code", "words"),
    [
        ("", [], "data.empty", ["data.csv"]),
        (HEADER + "\n", [], "data.empty", ["header"]),
        (GOOD.replace("age,", "agee,"), [], "data.columns", ["'age'", "agee"]),
        (GOOD.replace(",region", "").replace(",2\n", "\n"), [], "data.columns", ["region"]),
        (f"{HEADER},target\n{ROW},1\n", [], "data.columns", ["'target'", "--label"]),
        (f",{HEADER}\n0,{ROW}\n1,{ROW}\n", [], "data.columns", ["--id 0", "--exclude 0"]),
        (GOOD.replace("age,income", "age,age"), [], "data.columns", ["age"]),
        (f"{ROW}\n{ROW},9\n", ["--no-header"], "data.value", ["line 2", "7 fields"]),
        (f"{ROW},9\n", ["--no-header"], "data.columns", ["7", "6", "--label"]),
        (f"{HEADER}\n{ROW}\n45,lots,1.2,0.5,3,2\n", [], "data.value", ["'lots'", "line 3", "'income'", "--missing"]),
        (f"{HEADER}\n{ROW}\n45,inf,1.2,0.5,3,2\n", [], "data.value", ["'inf'", "line 3"]),
        (f"{HEADER}\n45,1e39,1.2,0.5,3,2\n", [], "data.value", ["1e39", "line 2"]),
        (GOOD.encode("latin-1"), [], "data.format", ["UTF-8"]),
        (b"PAR1" + bytes(64) + b"PAR1", [], "data.format", ["Parquet"]),
        ('{"age": 45}\n', [], "data.format", ["JSON"]),
        (gzip.compress(GOOD.encode() * 50)[:40], [], "data.format", ["gzip"]),
    ],
)
def test_data(tmp_path, text, args, code, words):
    done = explain_text(tmp_path, text, *args)
    assert_error(done, code, 3, "--data", *words)
    assert not (tmp_path / "out").exists() or files_in(tmp_path / "out") == []


def test_data_that_is_not_there(tmp_path):
    done = explain("--model", MODEL, "--data", tmp_path / "rows.csv", "--out", tmp_path / "out")
    assert_error(done, "data.open", 3, "rows.csv", "No such file")
    done = explain("--model", MODEL, "--data", "s3://bucket/rows.csv", "--out", tmp_path / "out")
    assert_error(done, "data.format", 3, "s3://bucket/rows.csv", "aws s3 cp")


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "data.empty", []),
        (HEADER + "\n", "data.empty", []),
        ("a,b\n1,2\n", "data.columns", []),
        (GOOD.replace("age,", "agee,"), "data.columns", ["'age'"]),
        (GOOD.replace("45", "x"), "data.value", ["'x'", "line 2"]),
    ],
)
def test_background(tmp_path, text, code, words):
    (tmp_path / "background.csv").write_text(text)
    done = explain_text(tmp_path, GOOD, "--baseline", tmp_path / "background.csv")
    assert_error(done, code, 3, "--background", "background.csv", *words)
    assert not (tmp_path / "out").exists() or files_in(tmp_path / "out") == []


def test_a_background_in_another_order_for_a_model_without_names(tmp_path):
    model = FIXTURES / "1.0.2/binary.json"
    (tmp_path / "background.csv").write_text("a,b,d,c,e,f\n1,2,3,4,5,6\n")
    args = ["--background", tmp_path / "background.csv"]
    done = explain_text(tmp_path, "a,b,c,d,e,f\n1,2,3,4,5,6\n", *args, model=model)
    assert_error(done, "data.columns", 3, "--background", "'d'", "'c'", "same order")
    (tmp_path / "background.csv").write_text("a,b,c,d,e,f\n1,2,3,4,5,6\n")
    done = explain_text(tmp_path, "a,b,c,d,e,f\n1,2,3,4,5,6\n", *args, "--overwrite", model=model)
    assert done.returncode == 0, done.stderr


def test_a_background_need_not_hold_the_id_or_the_label(tmp_path):
    (tmp_path / "background.csv").write_text(GOOD)
    text = f"key,{HEADER},target\nA,{ROW},1\n"
    done = explain_text(tmp_path, text, "--id", "key", "--label", "target", "--background", tmp_path / "background.csv")
    assert done.returncode == 0, done.stderr


def archive(name, content):
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return memory.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "model.format", []),
        (b"hello\n", "model.format", []),
        (b"{}", "model.format", []),
        (b'{"a": 1}', "model.format", []),
        (MODEL.read_bytes()[:2000], "model.format", []),
        ((FIXTURES / "3.2.0/binary.ubj").read_bytes()[:1500], "model.format", []),
        (pickle.dumps({"booster": 1}), "model.format", ["pickle", "save_model"]),
        (pickle.dumps({"booster": 1}, protocol=0), "model.format", ["save_model"]),
        (archive("xgboost-model", pickle.dumps({"booster": 1})), "model.format", ["pickle", "save_model"]),
        (archive("model.json", MODEL.read_bytes()[:2000]), "model.format", ["model.json"]),
        (gzip.compress(MODEL.read_bytes())[:1500], "model.format", []),
    ],
)
def test_model(tmp_path, content, code, words):
    model = tmp_path / "some.model"
    model.write_bytes(content)
    done = explain_text(tmp_path, GOOD, model=model)
    assert_error(done, code, 4, "some.model", *words)
    assert not (tmp_path / "out").exists()
    assert_error(run("inspect", model), code, 4, *words)


def test_model_that_is_not_there(tmp_path):
    assert_error(run("inspect", tmp_path / "none.json"), "model.open", 4, "none.json", "No such file")
    assert_error(run("inspect", tmp_path), "model.open", 4, "directory")


def trees(model):
    return model["learner"]["gradient_booster"]["model"]["trees"]


def set_in(tree, key, node, value):
    tree[key][node] = value


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda m: m.update(version=[99, 0, 0]), "model.version", ["99"]),
        (lambda m: set_in(trees(m)[0], "left_children", 0, 10000), "model.tree", ["10000"]),
        (lambda m: set_in(trees(m)[0], "left_children", 0, 0), "model.tree", []),
        (lambda m: set_in(trees(m)[0], "right_children", 0, trees(m)[0]["left_children"][0]), "model.tree", []),
        (lambda m: set_in(trees(m)[0], "split_indices", 0, 77), "model.tree", ["77"]),
        (lambda m: trees(m)[0]["split_conditions"].pop(), "model.tree", []),
        (lambda m: m["learner"]["objective"].update(name="reg:nothing"), "model.objective", ["reg:nothing"]),
    ],
)
def test_hostile_model(tmp_path, change, code, words):
    model = write_model(tmp_path / "hostile.json", change)
    done = explain_text(tmp_path, GOOD, model=model)
    assert_error(done, code, 4, *words)
    assert not (tmp_path / "out").exists() or files_in(tmp_path / "out") == []


@pytest.mark.skipif("cuda driver none" not in run("--version").stdout, reason="this machine has a GPU driver")
@pytest.mark.parametrize("device", ["cuda", "cuda:0", "cuda:3", "cuda:0,1", "cuda:all"])
def test_cuda_without_a_gpu(tmp_path, device):
    done = explain_text(tmp_path, GOOD, "--device", device)
    assert_error(done, "device.unavailable", 6, f"--device {device}", "no usable GPU", "--device auto")
    assert not (tmp_path / "out").exists()
