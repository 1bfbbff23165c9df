"""seeds.py DIR: a folder of seeds for each fuzzer, from the fixtures: small models of every family, archives of them,
JMESPath expressions, and rows. Large files would slow the fuzzers down without reaching more."""

import gzip
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
LARGEST = 10000
# fuzzer: (folder of fixtures, endings)
FAMILIES = {
    "xgboost-json": ("xgboost", (".json",)),
    "xgboost-ubjson": ("xgboost", (".ubj",)),
    "xgboost-binary": ("xgboost", (".bin", ".model", ".deprecated")),
    "lightgbm": ("lightgbm", (".txt",)),
    "catboost": ("catboost", (".json",)),
    "limpid": ("sklearn", (".json",)),
}


def models(folder, endings):
    for path in sorted((FIXTURES / folder).glob("*/*")):
        if path.name.endswith(endings) and not path.name.endswith(".expected.json") and path.stat().st_size < LARGEST:
            yield path


def tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def archives(model):
    series = tar({"xgboost-model-0": model, "xgboost-model-1": model, "code/inference.py": b"import xgboost\n"})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xgboost-model", model)
    return {
        "series.tar": series,
        "series.tar.gz": gzip.compress(series, mtime=0),
        "model.gz": gzip.compress(model, mtime=0),
        "model.zip": packed.getvalue(),
        "model": model,
    }


def main():
    root = Path(sys.argv[1])
    for fuzzer, (folder, endings) in FAMILIES.items():
        target = root / fuzzer
        target.mkdir(parents=True, exist_ok=True)
        for path in models(folder, endings):
            (target / f"{path.parent.name}-{path.name}").write_bytes(path.read_bytes())
    (root / "archive").mkdir(exist_ok=True)
    small = min(models("xgboost", (".ubj",)), key=lambda path: path.stat().st_size).read_bytes()
    for name, data in archives(small).items():
        (root / "archive" / name).write_bytes(data)
    (root / "jmespath").mkdir(exist_ok=True)
    fixture = json.loads((FIXTURES / "jmespath/cases.json").read_text(encoding="utf-8"))
    for number, case in enumerate(fixture["cases"][::4]):  # an expression, then a document
        document = json.dumps(fixture["documents"].get(case.get("document")), ensure_ascii=False)
        (root / "jmespath" / str(number)).write_text(f"{case['expression']}\n{document}", encoding="utf-8")
    (root / "json_rows").mkdir(exist_ok=True)
    for number, line in enumerate(['{"features": ["a", 1, null]}', '{"a": "x", "b": 2.5}', "[1, true]"]):
        (root / "json_rows" / str(number)).write_text("\x40\x07" + (line + "\n") * 3)
    (root / "csv").mkdir(exist_ok=True)
    for path in sorted(FIXTURES.glob("*/*.csv")):  # two bytes first: the reader's options
        lines = path.read_bytes().split(b"\n")[:8]
        (root / "csv" / f"{path.parent.name}-{path.name}").write_bytes(b"\x81\x07" + b"\n".join(lines) + b"\n")


main()
