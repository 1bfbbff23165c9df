"""The files in --out, and what happens when they cannot be written."""

import hashlib
import json
import os
import resource
import subprocess

import pytest
from limpid_program import LOANS_DATA, LOANS_MODEL, MODEL, MULTI, NUMERIC, PROGRAM, assert_error, explain, files_in, rows_of

MARGIN = ["--model", MODEL, "--data", NUMERIC, "--space", "margin"]
DOCUMENTS = ["analysis.json", "explanations_shap/baseline.csv", "manifest.json", "run.json"]


def test_files(tmp_path):
    out = tmp_path / "a/b/out"  # parents are created
    done = explain(*MARGIN, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert files_in(out) == sorted([*DOCUMENTS, "explanations_shap/out.jsonl"])
    manifest = json.loads((out / "manifest.json").read_text())
    assert [f["name"] for f in manifest["files"]] == ["explanations_shap/out.jsonl", "analysis.json",
                                                      "explanations_shap/baseline.csv"]  # fmt: skip
    for listed in manifest["files"]:
        content = (out / listed["name"]).read_bytes()
        assert listed["bytes"] == len(content)
        assert listed["sha256"] == hashlib.sha256(content).hexdigest()
    assert manifest["data"]["sha256"] == hashlib.sha256(NUMERIC.read_bytes()).hexdigest()
    assert manifest["model"]["sha256"] == hashlib.sha256(MODEL.read_bytes()).hexdigest()
    assert manifest["data"]["rows"] == 120
    assert manifest["space"] == "margin"
    assert manifest["additivity"]["holds"]
    assert manifest["additivity"]["row"] is not None


def test_analysis_is_the_mean_of_absolute_values(tmp_path):
    out = tmp_path / "out"
    assert explain(*MARGIN, "--float64", "--out", out).returncode == 0
    rows = rows_of((out / "explanations_shap/out.jsonl").read_text())
    analysis = json.loads((out / "analysis.json").read_text())["explanations"]["kernel_shap"]["label0"]
    for name, value in analysis["global_shap_values"].items():
        mean = sum(abs(row["shap_values"][name]) for row in rows) / len(rows)
        assert abs(value - mean) <= 1e-12
    assert analysis["expected_value"] == rows[0]["expected_value"]


def test_path_dependent_has_no_baseline(tmp_path):
    done = explain("--model", MODEL, "--data", NUMERIC, "--method", "path-dependent", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "margin space (path-dependent values exist there only)" in done.stderr
    assert "explanations_shap/baseline.csv" not in files_in(tmp_path / "out")
    assert json.loads((tmp_path / "out/manifest.json").read_text())["background"] is None


def test_csv_with_ids_and_labels(tmp_path):
    out = tmp_path / "out"
    data = tmp_path / "data.csv"
    lines = NUMERIC.read_text().splitlines()
    data.write_text("\n".join(["key," + lines[0]] + [f"{2**53 + i:020d},{line}" for i, line in enumerate(lines[1:])]))
    done = explain("--model", MULTI, "--data", data, "--id", "key", "--format", "csv", "--labels", "low,mid,high",
                   "--background", "sample:5", "--out", out)  # fmt: skip
    assert done.returncode == 0, done.stderr
    header, first = (out / "explanations_shap/out.csv").read_text().splitlines()[:2]
    assert header.startswith("age_low,income_low,") and ",age_mid," in header and header.endswith(",region_high,key")
    assert first.endswith(",00009007199254740992")


def test_an_existing_directory(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    assert explain(*MARGIN, "--out", out).returncode == 0  # empty: fine
    before = files_in(out)
    assert_error(explain(*MARGIN, "--out", out), "output.exists", 7, "--overwrite", "not empty")
    assert files_in(out) == before
    (out / "mine.txt").write_text("kept")
    done = explain(*MARGIN, "--out", out, "--overwrite", "--format", "csv")
    assert done.returncode == 0, done.stderr
    assert (out / "mine.txt").read_text() == "kept"
    assert "explanations_shap/out.csv" in files_in(out)
    assert "explanations_shap/out.jsonl" not in files_in(out)  # of the run before: the manifest does not know it


def test_a_failed_run_over_an_earlier_one_keeps_the_earlier_files(tmp_path):
    out = tmp_path / "out"
    assert explain(*MARGIN, "--out", out).returncode == 0
    before = {name: (out / name).read_bytes() for name in files_in(out)}
    bad = tmp_path / "bad.csv"
    bad.write_text(NUMERIC.read_text() + "x,1,2,3,4,5\n")
    done = explain("--model", MODEL, "--data", bad, "--background", NUMERIC, "--out", out, "--overwrite")
    assert_error(done, "data.value", 3, "'x'")
    assert {name: (out / name).read_bytes() for name in files_in(out)} == before


def test_an_unwritable_directory(tmp_path):
    (tmp_path / "file").write_text("")
    assert_error(explain(*MARGIN, "--out", tmp_path / "file/out"), "output.write", 7, "--out")
    assert_error(explain(*MARGIN, "--out", tmp_path / "file"), "output.write", 7, "--out")
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    if not os.access(folder, os.W_OK):  # root may write anyway
        assert_error(explain(*MARGIN, "--out", folder / "out"), "output.write", 7, "--out")


def test_standard_output_on_a_full_disk():
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "explain", *map(str, MARGIN), "--out", "-"], stdout=full, stderr=subprocess.PIPE,
                              text=True, timeout=60)  # fmt: skip
    assert done.returncode == 7
    assert "error[output.full]" in done.stderr


def small_disk(tmp_path, command):
    """Runs a shell command with $DISK, a file system of 64 KiB of its own; None where that is not allowed."""
    script = 'mount -t tmpfs -o size=64k none "$DISK" || exit 99; ' + command
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", script], capture_output=True, text=True,
                          timeout=60, env={**os.environ, "DISK": str(disk)})  # fmt: skip
    return None if done.returncode == 99 or "unshare" in done.stderr else done


def test_a_full_disk_leaves_nothing_but_the_directory(tmp_path):
    arguments = " ".join(map(str, [*LOANS_MODEL, *LOANS_DATA]))
    command = f'"{PROGRAM}" explain {arguments} --space margin --out "$DISK/out"; s=$?; find "$DISK/out" -type f; exit $s'
    done = small_disk(tmp_path, command)
    if done is None:
        pytest.skip("no file system of one's own here")
    assert_error(done, "output.full", 7)


def test_a_limit_on_file_sizes(tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (10000, 10000))

    done = subprocess.run(
        [PROGRAM, "explain", *map(str, [*LOANS_MODEL, *LOANS_DATA]), "--space", "margin", "--out", tmp_path / "out"],
        capture_output=True, text=True, timeout=60, preexec_fn=limit,
    )  # fmt: skip
    assert done.returncode == 7, done.stderr
    assert "error[output." in done.stderr
    assert files_in(tmp_path / "out") == []
