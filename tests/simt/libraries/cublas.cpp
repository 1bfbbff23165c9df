// As much of cuBLAS as limpid calls, for the emulated device.
#include "tests/simt/foreign_stream.h"

// NOLINTBEGIN(readability-identifier-naming,readability-non-const-parameter): names and types are cuBLAS's
namespace {
using limpid::simt::ForeignStream;

struct Handle {
  ForeignStream* stream = nullptr;
};
}  // namespace

extern "C" {
int cublasCreate_v2(void** handle) {
  *handle = new Handle;
  return 0;
}
int cublasDestroy_v2(void* handle) {
  delete static_cast<Handle*>(handle);
  return 0;
}
int cublasSetStream_v2(void* handle, void* stream) {
  static_cast<Handle*>(handle)->stream = static_cast<ForeignStream*>(stream);
  return 0;
}
int cublasDsyrk_v2(void* handle, int uplo, int operation, int n, int k, double const* alpha, double const* a, int lda,
                   double const* beta, double* c, int ldc) {
  if (uplo != 0 || operation != 0) return 7;
  static_cast<Handle*>(handle)->stream->enqueue([=, by = *alpha, keep = *beta] {
    for (int column = 0; column < n; ++column) {
      for (int row = column; row < n; ++row) {
        double sum = 0.0;
        for (long p = k; p-- > 0;) sum += a[p * lda + row] * a[p * lda + column];
        double& out = c[static_cast<long>(column) * ldc + row];
        out = by * sum + (keep == 0.0 ? 0.0 : keep * out);
      }
    }
  });
  return 0;
}
}
// NOLINTEND(readability-identifier-naming,readability-non-const-parameter)
