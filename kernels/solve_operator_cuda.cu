// solve_operator on the device, by cuSOLVER and cuBLAS. Neither is linked: their functions are looked up in libraries
// that are opened when the first system comes, by the names and types of CUDA's cusolverDn.h and cublas_api.h (the same
// from CUDA 11 to 13). Everything runs in the stream of the Exec.
//   gram     cublasDsyrk: C = Y Y', Y the columns of Z times the root of their weight
//   factor   cusolverDnDpotrf; the factor comes back once, since only LAPACK estimates its condition
//   solve    cusolverDnDpotrs

#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "kernels/device_libraries.h"
#include "kernels/launch.cuh"
#include "kernels/solve_operator.h"

namespace limpid {
namespace {

constexpr int kLower = 0;    // CUBLAS_FILL_MODE_LOWER
constexpr int kPlain = 0;    // CUBLAS_OP_N
constexpr int kSuccess = 0;  // CUBLAS_STATUS_SUCCESS, CUSOLVER_STATUS_SUCCESS

/// A status of either library that is no success, as an error.
void check(int status, char const* what) {
  if (status == kSuccess) return;
  throw Error("device.failure", std::string(what) + " failed with status " + std::to_string(status), what,
              "use --device cpu");
}

/// One of the libraries with a handle of its own.
class Handle {
 public:
  Handle(device::Library library, char const* create, char const* destroy, char const* set_stream,
         device::Exec const& exec)
      : library_(std::move(library)), destroy_(library_.function<int (*)(void*)>(destroy)) {
    check(library_.function<int (*)(void**)>(create)(&handle_), create);
    check(library_.function<int (*)(void*, void*)>(set_stream)(handle_, device::stream_handle(exec)), set_stream);
  }
  Handle(Handle const&) = delete;
  Handle& operator=(Handle const&) = delete;
  ~Handle() {
    if (handle_ != nullptr) destroy_(handle_);
  }

  /// Calls `name`, whose first parameter is the handle and whose others have the types of the arguments.
  template <class... P>
  void call(char const* name, P... arguments) const {
    check(library_.function<int (*)(void*, P...)>(name)(handle_, arguments...), name);
  }

 private:
  device::Library library_;
  int (*destroy_)(void*);
  void* handle_ = nullptr;
};

class CudaSolver final : public SystemSolver {
 public:
  CudaSolver(device::Exec const& exec, device::Library cusolver, device::Library cublas)
      : exec_(exec),
        cusolver_(std::move(cusolver), "cusolverDnCreate", "cusolverDnDestroy", "cusolverDnSetStream", exec),
        cublas_(std::move(cublas), "cublasCreate_v2", "cublasDestroy_v2", "cublasSetStream_v2", exec),
        info_(exec, 1) {}

  [[nodiscard]] std::string name() const override { return "cuSOLVER"; }

  [[nodiscard]] std::vector<double> gram(std::vector<double> const& z, std::vector<double> const& weight,
                                         std::int64_t n) override {
    std::vector<double> scaled = z;
    for (std::size_t p = 0; p < weight.size(); ++p) {
      double const root = std::sqrt(weight[p]);
      for (std::int64_t i = 0; i < n; ++i)
        scaled[p * static_cast<std::size_t>(n) + static_cast<std::size_t>(i)] *= root;
    }
    device::Buffer<double> const in(exec_, std::span<double const>(scaled));
    std::vector<double> out(static_cast<std::size_t>(n * n));
    device::Buffer<double> const product(exec_, out.size());
    exec_.zero(product.data(), out.size() * sizeof(double));
    double const one = 1.0;
    double const zero = 0.0;
    cublas_.call("cublasDsyrk_v2", kLower, kPlain, static_cast<int>(n), static_cast<int>(weight.size()), &one,
                 static_cast<double const*>(in.data()), static_cast<int>(n), &zero, product.data(),
                 static_cast<int>(n));
    exec_.copy_out(out.data(), product.data(), out.size() * sizeof(double));
    exec_.wait();
    return out;
  }

  [[nodiscard]] bool factor(std::vector<double> const& a, std::int64_t n) override {
    n_ = static_cast<int>(n);
    factored_ = device::Buffer<double>(exec_, std::span<double const>(a));
    int size = 0;
    cusolver_.call("cusolverDnDpotrf_bufferSize", kLower, n_, factored_.data(), n_, &size);
    device::Buffer<double> const work(exec_, static_cast<std::size_t>(size));
    cusolver_.call("cusolverDnDpotrf", kLower, n_, factored_.data(), n_, work.data(), size, info_.data());
    std::vector<double> host(a.size());
    int info = 0;
    exec_.copy_out(&info, info_.data(), sizeof info);
    exec_.copy_out(host.data(), factored_.data(), host.size() * sizeof(double));
    exec_.wait();
    return info == 0 && is_well_conditioned(host, n, one_norm(a, n));
  }

  void solve(std::vector<double>& b, std::int64_t columns) override {
    device::Buffer<double> const on_device(exec_, std::span<double const>(b));
    cusolver_.call("cusolverDnDpotrs", kLower, n_, static_cast<int>(columns),
                   static_cast<double const*>(factored_.data()), n_, on_device.data(), n_, info_.data());
    exec_.copy_out(b.data(), on_device.data(), b.size() * sizeof(double));
    exec_.wait();
  }

 private:
  device::Exec const& exec_;
  Handle cusolver_;
  Handle cublas_;
  device::Buffer<int> info_;
  device::Buffer<double> factored_;
  int n_ = 0;
};

struct Libraries {
  device::Library cusolver;
  device::Library cublas;
};

std::optional<Libraries> open_libraries(std::string& reason) {
  auto const places = device::library_places();
  auto cusolver = device::open_library(places, "libcusolver.so", {"12", "11"}, reason);
  if (!cusolver) return std::nullopt;
  auto cublas = device::open_library(places, "libcublas.so", {"13", "12", "11"}, reason);
  if (!cublas) return std::nullopt;
  return Libraries{std::move(*cusolver), std::move(*cublas)};
}

}  // namespace

std::unique_ptr<SystemSolver> make_solver_cuda(device::Exec const& exec, std::string& reason) {
  auto libraries = open_libraries(reason);
  if (!libraries) return nullptr;
  return std::make_unique<CudaSolver>(exec, std::move(libraries->cusolver), std::move(libraries->cublas));
}

std::string solver_name_cuda() {
  std::string reason;
  return open_libraries(reason) ? "cuSOLVER" : "LAPACK (" + reason + ")";
}

}  // namespace limpid
