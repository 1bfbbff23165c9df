// kernels/device.h and device_libraries.h on the CUDA runtime, the only file that calls it. Errors become limpid's,
// with CUDA's own words.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "kernels/device_libraries.h"
#include "kernels/launch.cuh"

namespace limpid::device {

struct Exec::Impl {
  Profile profile;
  cudaStream_t stream = nullptr;
  cudaEvent_t done = nullptr;  ///< what wait() waits for: asleep, since other threads format meanwhile
  void* workspace = nullptr;
  std::size_t workspace_bytes = 0;
};

namespace {

std::string version_text(int version) {
  constexpr int kMajor = 1000;
  constexpr int kMinor = 10;
  return std::to_string(version / kMajor) + "." + std::to_string(version % kMajor / kMinor);
}

int count_devices(std::string* reason) {
  int count = 0;
  cudaError_t const status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess) return count;
  static_cast<void>(cudaGetLastError());
  if (reason != nullptr) *reason = cudaGetErrorString(status);
  return 0;
}

Profile profile_of(int index) {
  constexpr int kMajor = 10;
  cudaDeviceProp properties{};
  check_cuda(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
  Profile profile;
  profile.name = properties.name;
  profile.index = index;
  profile.multiprocessors = properties.multiProcessorCount;
  profile.max_threads_per_block = properties.maxThreadsPerBlock;
  profile.shared_per_block = properties.sharedMemPerBlockOptin;
  profile.global_memory = properties.totalGlobalMem;
  profile.compute_capability = properties.major * kMajor + properties.minor;
  return profile;
}

std::string describe_memory(std::size_t bytes) {
  std::size_t free = 0;
  std::size_t total = 0;
  if (cudaMemGetInfo(&free, &total) != cudaSuccess) static_cast<void>(cudaGetLastError());
  return std::to_string(bytes) + " bytes asked for, " + std::to_string(free) + " of " + std::to_string(total) + " free";
}

}  // namespace

void check_cuda(cudaError_t status, char const* what) {
  if (status == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());
  std::string const words = std::string(cudaGetErrorString(status)) + " (" + cudaGetErrorName(status) + ")";
  if (status == cudaErrorMemoryAllocation) throw Error("device.memory", "out of device memory: " + words, what);
  throw Error("device.failure", words, what);
}

void select_device(Exec const& exec) { check_cuda(cudaSetDevice(exec.profile().index), "cudaSetDevice"); }

cudaStream_t stream_of(Exec const& exec) noexcept { return exec.impl().stream; }

void* stream_handle(Exec const& exec) noexcept { return stream_of(exec); }

/// LIMPID_CUDA_LIBRARIES ("none": nowhere); the wheels of the active Python environment; a toolkit; then the loader's
/// own path.
LibraryPlaces library_places() {
  LibraryPlaces places;
  char const* const asked = std::getenv("LIMPID_CUDA_LIBRARIES");
  if (asked != nullptr && std::string(asked) == "none") return {{}, false};
  auto const add = [&places](char const* variable, char const* rest) {
    char const* const value = std::getenv(variable);
    if (value != nullptr && *value != '\0') places.folders.push_back(std::string(value) + rest);
  };
  add("LIMPID_CUDA_LIBRARIES", "");
  for (char const* const version : {"3.11", "3.12", "3.13"}) {
    std::string const site = std::string("/lib/python") + version + "/site-packages/nvidia/";
    for (char const* const wheel : {"cu13/lib", "cusolver/lib", "cublas/lib"}) {
      add("VIRTUAL_ENV", (site + wheel).c_str());
    }
  }
  add("CUDA_HOME", "/lib64");
  places.folders.emplace_back("/usr/local/cuda/lib64");
  return places;
}

std::vector<Profile> profiles() {
  std::vector<Profile> all;
  int const count = count_devices(nullptr);
  for (int i = 0; i < count; ++i) all.push_back(profile_of(i));
  return all;
}

std::string unavailable_reason() {
  std::string reason;
  if (count_devices(&reason) == 0 && reason.empty()) reason = "no CUDA-capable device is detected";
  return reason;
}

std::string toolkit_version() { return version_text(CUDART_VERSION); }

std::string driver_version() {
  int version = 0;
  if (cudaDriverGetVersion(&version) != cudaSuccess || version == 0) return "none";
  return version_text(version);
}

Exec::Exec(std::int32_t index) : impl_(std::make_unique<Impl>()) {
  std::string reason;
  int const count = count_devices(&reason);
  if (index < 0 || index >= count) {
    if (reason.empty()) reason = "device " + std::to_string(index) + " of " + std::to_string(count);
    throw Error("device.unavailable", "no usable GPU: " + reason, "cudaGetDeviceCount",
                "use --device auto to run on the CPU");
  }
  impl_->profile = profile_of(index);
  select_device(*this);
  check_cuda(cudaStreamCreateWithFlags(&impl_->stream, cudaStreamNonBlocking), "cudaStreamCreate");
  check_cuda(cudaEventCreateWithFlags(&impl_->done, cudaEventBlockingSync | cudaEventDisableTiming), "cudaEventCreate");
}

Exec::~Exec() {
  if (impl_ == nullptr) return;
  cudaSetDevice(impl_->profile.index);
  cudaStreamSynchronize(impl_->stream);  // host buffers of pending copies may go with this object's owner
  cudaFree(impl_->workspace);
  if (impl_->done != nullptr) cudaEventDestroy(impl_->done);
  cudaStreamDestroy(impl_->stream);
}

Exec::Exec(Exec&&) noexcept = default;
Exec& Exec::operator=(Exec&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

Profile const& Exec::profile() const noexcept { return impl_->profile; }

void Exec::copy_in(void* device, void const* host, std::size_t bytes) const {
  if (bytes == 0) return;
  select_device(*this);
  check_cuda(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, impl_->stream),
             "cudaMemcpyAsync to the device");
}

void Exec::copy_out(void* host, void const* device, std::size_t bytes) const {
  if (bytes == 0) return;
  select_device(*this);
  check_cuda(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, impl_->stream),
             "cudaMemcpyAsync from the device");
}

void Exec::zero(void* device, std::size_t bytes) const {
  if (bytes == 0) return;
  select_device(*this);
  check_cuda(cudaMemsetAsync(device, 0, bytes, impl_->stream), "cudaMemsetAsync");
}

void Exec::wait() const {
  select_device(*this);
  check_cuda(cudaEventRecord(impl_->done, impl_->stream), "cudaEventRecord");
  check_cuda(cudaEventSynchronize(impl_->done), "cudaEventSynchronize");
}

void Exec::keep_in_l2(void const* device, std::size_t bytes) const {
  select_device(*this);
  auto const attribute = [this](cudaDeviceAttr which) {
    int value = 0;
    bool const is_known = cudaDeviceGetAttribute(&value, which, impl_->profile.index) == cudaSuccess && value > 0;
    return is_known ? static_cast<std::size_t>(value) : std::size_t{0};
  };
  std::size_t const window = std::min(bytes, attribute(cudaDevAttrMaxAccessPolicyWindowSize));
  std::size_t const most = attribute(cudaDevAttrMaxPersistingL2CacheSize);
  std::size_t aside = 0;
  bool granted = window != 0 && most != 0 && cudaDeviceGetLimit(&aside, cudaLimitPersistingL2CacheSize) == cudaSuccess;
  if (granted && aside < std::min(window, most)) {  // several engines of a device: the largest wish
    aside = std::min(window, most);
    granted = cudaDeviceSetLimit(cudaLimitPersistingL2CacheSize, aside) == cudaSuccess;
  }
  if (granted && aside != 0) {
    cudaStreamAttrValue value{};
    value.accessPolicyWindow.base_ptr = const_cast<void*>(device);
    value.accessPolicyWindow.num_bytes = window;
    value.accessPolicyWindow.hitRatio = std::min(1.0F, static_cast<float>(aside) / static_cast<float>(window));
    value.accessPolicyWindow.hitProp = cudaAccessPropertyPersisting;
    value.accessPolicyWindow.missProp = cudaAccessPropertyStreaming;
    granted = cudaStreamSetAttribute(impl_->stream, cudaStreamAttributeAccessPolicyWindow, &value) == cudaSuccess;
  }
  static_cast<void>(cudaGetLastError());  // a hint that was not taken (a shared device allows none) is no failure
}

void* Exec::workspace(std::size_t bytes) const {
  Impl& impl = *impl_;
  if (bytes > impl.workspace_bytes) {
    wait();
    cudaFree(impl.workspace);
    impl.workspace = nullptr;
    impl.workspace_bytes = 0;
    impl.workspace = allocate(impl.profile.index, bytes);
    impl.workspace_bytes = bytes;
  }
  return impl.workspace;
}

void synchronise(std::int32_t index) {
  check_cuda(cudaSetDevice(index), "cudaSetDevice");
  check_cuda(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
}

void* allocate(std::int32_t index, std::size_t bytes) {
  check_cuda(cudaSetDevice(index), "cudaSetDevice");
  void* memory = nullptr;
  cudaError_t const status = cudaMalloc(&memory, bytes);
  if (status == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());
    throw Error("device.memory", "out of device memory: " + describe_memory(bytes), "cudaMalloc");
  }
  check_cuda(status, "cudaMalloc");
  return memory;
}

void release(std::int32_t index, void* device) noexcept {
  if (device == nullptr) return;
  cudaSetDevice(index);
  cudaFree(device);
}

void* allocate_pinned(std::size_t bytes) {
  void* memory = nullptr;
  cudaError_t const status = cudaMallocHost(&memory, bytes);
  if (status == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());
    throw Error("device.memory", "out of page-locked host memory: " + std::to_string(bytes) + " bytes asked for",
                "cudaMallocHost");
  }
  check_cuda(status, "cudaMallocHost");
  return memory;
}

void release_pinned(void* host) noexcept { cudaFreeHost(host); }

}  // namespace limpid::device
