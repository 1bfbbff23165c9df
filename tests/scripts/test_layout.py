"""Each rule of scripts/lint/layout.py finds a planted mistake, and passes the right way beside it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/lint"))
import layout  # noqa: E402

# path, source, a word of what must be found
MISTAKES = [
    ("src/model/tree.cpp", '#include "explain/engine.h"', "may include"),
    ("src/model/tree.cpp", '#include "kernels/device.h"', "may include"),
    ("src/compile/bins.cpp", '#include "io/row_source.h"', "may include"),
    ("src/explain/engine.cpp", '#include "pipeline/pipeline.h"', "may include"),
    ("kernels/bin_rows_cpu.cpp", '#include "compile/compiled_model.h"', "may include"),
    ("include/limpid/ensemble.h", "#include <fmt/format.h>", "public header"),
    ("src/explain/engine.cpp", "#include <arrow/api.h>", "belongs to"),
    ("src/explain/engine.cpp", "#include <thread>", "belongs to"),
    ("src/pipeline/pipeline.cpp", "#include <cxxopts.hpp>", "belongs to"),
    ("src/io/writer.cpp", "#include <cuda_runtime.h>", "belongs to"),
    ("src/io/writer.cpp", 'std::cout << "rows";', "printing"),
    ("src/io/writer.cpp", 'fmt::print("rows");', "printing"),
    ("kernels/bin_rows_cpu.cpp", "std::abort();", "exit"),
    ("src/io/writer.cpp", "try { write(); } catch (std::exception const& e) { return; }", "swallowed"),
    ("kernels/device.h", "cudaStream_t stream;", "CUDA name"),
    ("tests/kernels/bin_rows_test.cpp", "__syncthreads();", "CUDA name"),
]

GOOD = [
    ("src/explain/engine.cpp", '#include "kernels/device.h"\n#include "compile/compiled_model.h"\n#include <vector>'),
    ("src/pipeline/pipeline.cpp", "#include <thread>\n#include \"io/row_source.h\""),
    ("src/io/writer.cpp", 'try { f(); } catch (std::exception const& e) { throw Error("data.value", e.what()); }'),
    ("src/pipeline/threads.cpp", "try { f(); } catch (...) { first = std::current_exception(); }"),
    ("src/io/writer.cpp", "try { f(); } catch (Error const& error) { failure = error; return false; }"),
    ("src/cli/main.cpp", 'std::cout << "x"; std::exit(2);'),
    ("src/io/writer.cpp", '// std::cout, exit() and cudaMalloc in a comment\nauto s = "exit(1) printf(";'),
    ("kernels/bin_rows_cuda.cu", "__global__ void k() { __syncthreads(); }"),
]


def found(path, text):
    return " ".join(f"{rule}: {what}" for _, rule, what in layout.check_source(path, text))


@pytest.mark.parametrize("path, text, word", MISTAKES)
def test_a_mistake_is_found(path, text, word):
    assert word in found(path, text)


@pytest.mark.parametrize("path, text", GOOD)
def test_the_right_way_passes(path, text):
    assert found(path, text) == ""


def test_a_long_file_and_an_open_end_are_found(tmp_path):
    source = tmp_path / "long.h"
    source.write_text("int x;\n" * 301 + "// " + "TO" + "DO later\n")
    assert {rule for _, rule, _ in layout.check_file(str(source))} == {"size", "an open end"}
