"""Checks what no compiler checks: which folder may include which (ARCHITECTURE.md, section 4), which file may use which
library, who may print, exit, catch or start threads, CUDA names in CUDA files alone, and the size of files.

Prints `file:line: rule: what was found`, one a line, and exits 1 if there is any.
"""

import re
import subprocess
import sys
from pathlib import Path

# Data flows one way: cli -> pipeline -> explain -> kernels -> compile/layout.h, and compile -> model.
PUBLIC = "include/limpid/"
MAY_INCLUDE = {
    "include/limpid/": [],
    "src/model/": [],
    "src/compile/": ["src/model/"],
    "kernels/": ["src/compile/layout.h"],
    "src/explain/": ["kernels/", "src/compile/"],
    "src/io/": ["src/explain/engine.h"],
    "src/blackbox/": ["src/explain/", "src/io/", "kernels/", "src/compile/"],
    "src/pipeline/": ["src/io/", "src/explain/", "src/compile/", "kernels/device.h"],
    "src/cli/": ["src/pipeline/", "src/blackbox/", "src/io/", "src/explain/", "src/compile/", "src/model/", "kernels/device.h"],
}
# A library is wrapped: its headers appear in these folders alone.
LIBRARY_HOME = {
    r"(arrow|parquet)/.*": ["src/io/"],
    r"nlohmann/.*": ["src/model/", "src/blackbox/", "src/io/", "src/pipeline/", "src/cli/"],
    r"archive(_entry)?\.h": ["src/model/", "src/io/"],
    r"openssl/.*": ["src/io/"],
    r"curl/.*": ["src/blackbox/http_client"],
    r"cxxopts\.hpp": ["src/cli/"],
    r"hwy/.*": ["kernels/", "src/explain/", "src/cli/simd_target"],
    r"(boost|thrust|cub)/.*|cuda.*": [],
    r"thread|shared_mutex|future|condition_variable|stop_token|semaphore|barrier|latch": ["src/pipeline/", "src/cli/"],
    r"mutex": ["src/pipeline/", "src/cli/", "src/io/"],  # Arrow calls back from threads of its own
}
PRINTS = re.compile(r"\bstd::(cout|cerr|clog)\b|\b(std::)?(v?printf|puts|putchar|perror)\s*\(|"
                    r"\bfprintf\s*\(\s*std(out|err)|\bfmt::print(ln)?\s*\(")
EXITS = re.compile(r"\b(std::)?(_?exit|quick_exit|abort|terminate)\s*\(")
CUDA = re.compile(r"\bcuda[A-Z]\w*|\bcu(Stream|Event|Ctx|Device)\w*|__(global|device|host|shared|constant)__|"
                  r"__(CUDACC__|CUDA_ARCH__|syncthreads|syncwarp|shfl|ballot)|\b(threadIdx|blockIdx|blockDim|gridDim)\b|<<<")
OPEN_END = re.compile(r"\b(TODO|FIXME|XXX)\b|\bnot implemented\b|\bunimplemented\b", re.IGNORECASE)
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
MAX_LINES = 300


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
                            check=True, capture_output=True, text=True).stdout.split("\n")
    return [name for name in listed if name and Path(name).is_file()]


def without_comments_and_strings(text):
    """The same lines with comments and the insides of literals blanked, so that words in them are no code."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.DOTALL)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def folder_of(path, folders):
    return next((folder for folder in folders if path.startswith(folder)), None)


def resolve(included, including):
    """The repository path of a quoted include, or None for a file that is not ours."""
    for root in ("include/", "src/", "", str(Path(including).parent) + "/", "tests/"):
        if Path(root + included).is_file():
            return root + included
    return None


def check_include(path, bracket, name):
    """The rule an include breaks, or None."""
    home = folder_of(path, MAY_INCLUDE)
    target = resolve(name, path) if bracket == '"' else None
    if target is None:
        for library, homes in LIBRARY_HOME.items():
            if re.fullmatch(library, name) and not path.startswith(tuple(homes)):
                return f"<{name}> belongs to {' '.join(homes) or 'no folder here'}"
        if home == PUBLIC and ("/" in name or name.endswith(".h")):
            return f"a public header includes the standard library and limpid alone, not <{name}>"
        return None if bracket == "<" else f'"{name}" is not a file of ours: write <{name}>'
    allowed = [home, PUBLIC, *MAY_INCLUDE[home]]
    if target.startswith(tuple(allowed)):
        return None
    return f"{home} may include {' '.join(sorted(allowed))}, not {target}"


def swallowed_catches(code):
    """Line numbers of catch blocks that neither throw on nor keep the exception for another thread."""
    for match in re.finditer(r"\bcatch\s*\(([^)]*)\)\s*\{", code):
        depth, end = 1, match.end()
        while depth and end < len(code):
            depth += {"{": 1, "}": -1}.get(code[end], 0)
            end += 1
        name = re.search(r"(\w*)\s*$", match.group(1)).group(1)
        kept = rf"\bthrow|\bcurrent_exception\b|\bfail\w*\(|=\s*{name}\s*;" if name else r"\bthrow|\bcurrent_exception\b"
        if not re.search(kept, code[match.end():end]):
            yield code.count("\n", 0, match.start()) + 1


def check_source(path, text):
    """(line, rule, what) for one C++ or CUDA file."""
    code = without_comments_and_strings(text)
    product = folder_of(path, MAY_INCLUDE)
    for number, line in enumerate(text.split("\n"), 1):
        include = INCLUDE.match(line)
        if include and product and not path.endswith((".cu", ".cuh")):
            broken = check_include(path, *include.groups())
            if broken:
                yield number, "include order", broken
    for number, line in enumerate(code.split("\n"), 1):
        if product and not path.startswith("src/cli/"):
            for rule, pattern in (("printing below src/cli", PRINTS), ("exit below src/cli", EXITS)):
                if pattern.search(line):
                    yield number, rule, line.strip()
        plain = path.endswith((".h", ".cpp")) and not path.startswith("tests/simt/")
        if plain and path != "include/limpid/platform.h" and CUDA.search(line):
            yield number, "a CUDA name outside .cu and .cuh", CUDA.search(line).group()
    if product and not path.startswith("src/cli/"):
        for number in swallowed_catches(code):
            yield number, "an exception is swallowed below src/cli", "throw an Error, or keep current_exception()"


def check_file(path):
    text = Path(path).read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > MAX_LINES:
        yield lines, "size", f"{lines} lines, at most {MAX_LINES}"
    if path != "scripts/lint/layout.py":
        for number, line in enumerate(text.split("\n"), 1):
            if OPEN_END.search(line):
                yield number, "an open end", line.strip()
    if path.endswith((".h", ".cpp", ".cu", ".cuh")):
        yield from check_source(path, text)


def main():
    found = 0
    for path in tracked("*.h", "*.cpp", "*.cu", "*.cuh", "*.py", "*.sh", "*.cmake", "CMakeLists.txt", "Makefile"):
        for number, rule, what in check_file(path):
            print(f"{path}:{number}: {rule}: {what}")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
