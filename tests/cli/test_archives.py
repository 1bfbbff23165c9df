"""Models in archives as SageMaker writes them, end to end: what is read, averaged and refused."""

import csv
import hashlib
import io
import json
import tarfile

import pytest
from limpid_program import FIXTURES, MODEL, NUMERIC, run

BASE_SCORES = [0.2, 0.5, 0.7]


def member(base_score, source=MODEL):
    """The fixture with another base score: a model of its own on the same features."""
    document = json.loads(source.read_text())
    document["learner"]["learner_model_param"]["base_score"] = f"{base_score:E}"
    return json.dumps(document).encode()


def archive(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture(scope="module")
def folds(tmp_path_factory):
    files = {f"xgboost-model-{n}": member(score) for n, score in reversed(list(enumerate(BASE_SCORES)))}
    files["code/inference.py"] = b"import xgboost\n"
    folder = tmp_path_factory.mktemp("folds")
    for name, data in files.items():
        if name.startswith("xgboost"):
            (folder / name).write_bytes(data)
    return archive(folder / "model.tar.gz", files)


def values(model, *options, command="explain"):
    done = run(command, "--model", model, "--data", NUMERIC, "--out", "-", "--format", "csv", "--float64", *options)
    assert done.returncode == 0, done.stderr
    return [list(map(float, row)) for row in list(csv.reader(io.StringIO(done.stdout)))[1:]], done.stderr


def mean(tables):
    return [[sum(cells) / len(cells) for cells in zip(*rows)] for rows in zip(*tables)]


@pytest.mark.parametrize("options", [[], ["--iterations", "2"], ["--background", NUMERIC], ["--threads", "1"]])
def test_values_are_the_means_of_the_members(folds, options):
    found, said = values(folds, *options)
    expected = mean([values(folds.parent / f"xgboost-model-{n}", *options)[0] for n in range(3)])
    assert len(found) == len(expected) == 120
    for row, other in zip(found, expected):
        assert all(abs(a - b) <= 1e-12 for a, b in zip(row, other, strict=True))
    assert "holds 3 models" in said and "the response is the mean of theirs" in said
    assert "ignored: 'code/inference.py'" in said


def test_predictions_are_the_means_of_the_members(folds):
    found, _ = values(folds, command="predict")
    expected = mean([values(folds.parent / f"xgboost-model-{n}", command="predict")[0] for n in range(3)])
    assert len({row[0] for row in found}) > 1
    assert all(abs(a[0] - b[0]) <= 1e-15 for a, b in zip(found, expected, strict=True))


def test_manifest_names_the_file_and_its_members(folds, tmp_path):
    done = run("explain", "--model", folds, "--data", NUMERIC, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["model"]["sha256"] == hashlib.sha256(folds.read_bytes()).hexdigest()
    assert manifest["model"]["archive"]["kind"] == "tar, gzip"
    members = manifest["model"]["archive"]["members"]
    assert [m["entry"] for m in members] == ["xgboost-model-0", "xgboost-model-1", "xgboost-model-2"]
    assert [float(m["base_score"]) for m in members] == BASE_SCORES
    assert any("the response is the mean of theirs" in note for note in manifest["notes"])
    assert manifest["additivity"]["holds"]


@pytest.mark.parametrize("command", ["explain", "predict"])
def test_margin_of_a_mean_is_refused(folds, command):
    done = run(command, "--model", folds, "--data", NUMERIC, "--out", "-", "--space", "margin")
    assert done.returncode == 2
    assert "error[usage.space]: the file holds 3 models" in done.stderr
    assert "--model-entry" in done.stderr


def test_one_member_can_be_chosen(folds):
    found, said = values(folds, "--model-entry", "xgboost-model-1", "--space", "margin")
    assert found == values(folds.parent / "xgboost-model-1", "--space", "margin")[0]
    assert "holds 'xgboost-model-1'" in said


def test_identity_link_is_averaged_by_leaf_tables(tmp_path):
    source = FIXTURES / "3.2.0/multi_target.json"
    files = {f"xgboost-model-{n}": member(score, source) for n, score in enumerate([0.0, 3.0])}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    found, _ = values(archive(tmp_path / "model.tar.gz", files))
    expected = mean([values(tmp_path / name)[0] for name in files])
    for row, other in zip(found, expected, strict=True):
        assert all(abs(a - b) <= 1e-12 * max(1.0, abs(b)) for a, b in zip(row, other, strict=True))


def test_inspect_says_what_was_found(folds):
    done = run("inspect", folds)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split(None, 1)[1].startswith("tar, gzip: xgboost-model-0, xgboost-model-1, xgboost-model-2")
    assert lines[0].endswith("ignored: code/inference.py")
    assert "3, whose responses are averaged" in lines[1]
    facts = json.loads(run("inspect", "--json", folds).stdout)
    assert facts["archive"]["members"] == ["xgboost-model-0", "xgboost-model-1", "xgboost-model-2"]
    assert json.loads(run("inspect", "--json", MODEL).stdout)["archive"] is None


def test_pickle_in_an_archive_is_refused_with_how_to_convert_it(tmp_path):
    path = archive(tmp_path / "model.tar.gz", {"xgboost-model": b"\x80\x04\x95\x10\x00"})
    done = run("inspect", path)
    assert done.returncode == 4
    assert "a Python pickle" in done.stderr and "pickles are programs" in done.stderr
