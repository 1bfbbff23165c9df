// kernels/device.h and device_libraries.h on the emulator. Work is only queued: a copy that nobody waited for has not
// happened. wait() runs the stream, and in between, by the seed, work of other streams, as a device may.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>

#include "kernels/device.h"
#include "kernels/device_libraries.h"
#include "limpid/error.h"
#include "tests/simt/foreign_stream.h"
#include "tests/simt/memory.h"
#include "tests/simt/settings.h"
#include "tests/simt/stream.h"

namespace limpid::device {

struct Exec::Impl {
  struct Foreign final : simt::ForeignStream {
    explicit Foreign(Impl& owner) : impl(owner) {}
    void enqueue(std::function<void()> work) override {
      std::lock_guard const lock(impl.queue_mutex);
      impl.queue.push_back(std::move(work));
    }
    Impl& impl;
  };

  Foreign foreign{*this};
  Profile profile;
  std::mutex queue_mutex;  // guards queue
  std::deque<std::function<void()>> queue;
  std::mutex run_mutex;  // held while work of this stream runs
  std::exception_ptr failure;
  void* workspace = nullptr;
  std::size_t workspace_bytes = 0;
};

namespace {

struct Streams {
  std::mutex mutex;
  std::vector<Exec::Impl*> all;
};

Streams& streams() {
  static auto* const value = new Streams();
  return *value;
}

/// REQUIRES: stream.run_mutex held. False: nothing was queued.
bool run_next(Exec::Impl& stream) {
  std::function<void()> work;
  {
    std::lock_guard const lock(stream.queue_mutex);
    if (stream.queue.empty()) return false;
    work = std::move(stream.queue.front());
    stream.queue.pop_front();
  }
  if (stream.failure) return true;  // a failed stream does nothing more
  simt::DeviceAccess const access(stream.profile.index);
  try {
    work();
  } catch (...) {
    stream.failure = std::current_exception();
  }
  return true;
}

/// A few pieces of other streams' work, by the seed.
void run_some_of_others(Exec::Impl const& own) {
  if (simt::settings().order != simt::Order::kShuffled) return;
  Streams& registry = streams();
  std::lock_guard const lock(registry.mutex);
  for (Exec::Impl* other : registry.all) {
    if (other == &own || simt::next_random() % 2 == 0 || !other->run_mutex.try_lock()) continue;
    run_next(*other);
    other->run_mutex.unlock();
  }
}

void drain(Exec::Impl& stream) {
  for (;;) {
    run_some_of_others(stream);
    std::lock_guard const lock(stream.run_mutex);
    if (!run_next(stream)) return;
  }
}

void require_device(Exec const& exec, void const* memory, std::size_t bytes, char const* what) {
  std::int32_t const device = exec.profile().index;
  if (simt::device_of(memory) != device || !simt::is_device_range(memory, bytes)) {
    throw simt::Failure(std::string(what) + ": " + std::to_string(bytes) +
                        " bytes that are not inside one allocation of device " + std::to_string(device));
  }
}

void require_host(void const* memory, char const* what) {
  if (simt::is_device_range(memory, 0)) throw simt::Failure(std::string(what) + ": the host side is device memory");
}

}  // namespace

void* stream_handle(Exec const& exec) noexcept { return static_cast<simt::ForeignStream*>(&exec.impl().foreign); }

/// The emulator's own libraries alone: CUDA's would take its memory for a GPU's.
LibraryPlaces library_places() {
  char const* const folder = std::getenv("LIMPID_CUDA_LIBRARIES");
  bool const is_given = folder != nullptr && std::string(folder) != "none";
  return {is_given ? std::vector<std::string>{folder} : std::vector<std::string>{}, false};
}

std::vector<Profile> profiles() {
  auto const count = static_cast<std::size_t>(simt::settings().devices);
  std::vector<Profile> all(count, simt::profile_named(simt::settings().profile));
  for (std::size_t i = 0; i < count; ++i) all[i].index = static_cast<std::int32_t>(i);
  return all;
}
std::string unavailable_reason() { return {}; }
std::string toolkit_version() { return "emulator"; }
std::string driver_version() { return "emulator"; }

Exec::Exec(std::int32_t index) : impl_(std::make_unique<Impl>()) {
  auto const found = profiles();
  if (index < 0 || static_cast<std::size_t>(index) >= found.size()) {
    throw Error("device.unavailable",
                "the emulator has no device " + std::to_string(index) + ", only " + std::to_string(found.size()));
  }
  impl_->profile = found[static_cast<std::size_t>(index)];
  std::lock_guard const lock(streams().mutex);
  streams().all.push_back(impl_.get());
}

Exec::~Exec() {
  if (impl_ == nullptr) return;
  drain(*impl_);
  simt::release_device(impl_->workspace);
  std::lock_guard const lock(streams().mutex);
  std::erase(streams().all, impl_.get());
}

Exec::Exec(Exec&&) noexcept = default;
Exec& Exec::operator=(Exec&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

Profile const& Exec::profile() const noexcept { return impl_->profile; }

void Exec::copy_in(void* device, void const* host, std::size_t bytes) const {
  if (bytes == 0) return;
  require_device(*this, device, bytes, "copy_in");
  require_host(host, "copy_in");
  simt::enqueue(*this, [=] { std::memcpy(device, host, bytes); });
}

void Exec::copy_out(void* host, void const* device, std::size_t bytes) const {
  if (bytes == 0) return;
  require_device(*this, device, bytes, "copy_out");
  require_host(host, "copy_out");
  simt::enqueue(*this, [=] { std::memcpy(host, device, bytes); });
}

void Exec::zero(void* device, std::size_t bytes) const {
  if (bytes == 0) return;
  require_device(*this, device, bytes, "zero");
  simt::enqueue(*this, [=] { std::memset(device, 0, bytes); });
}

void Exec::wait() const {
  drain(*impl_);
  if (impl_->failure) std::rethrow_exception(std::exchange(impl_->failure, nullptr));
  simt::check_device_bounds();
}

void Exec::keep_in_l2(void const* device, std::size_t bytes) const {
  if (bytes != 0) require_device(*this, device, bytes, "keep_in_l2");
}

void* Exec::workspace(std::size_t bytes) const {
  Impl& impl = *impl_;
  if (bytes > impl.workspace_bytes) {
    wait();
    simt::release_device(impl.workspace);
    impl.workspace = nullptr;
    impl.workspace_bytes = 0;
    impl.workspace = simt::allocate_device(impl.profile.index, bytes);
    impl.workspace_bytes = bytes;
  }
  void* const memory = impl.workspace;
  std::size_t const all = impl.workspace_bytes;
  if (all != 0) simt::enqueue(*this, [=] { std::memset(memory, simt::kUndefined, all); });
  return memory;
}

void* allocate(std::int32_t index, std::size_t bytes) { return simt::allocate_device(index, bytes); }

/// A stream's failure stays for its own wait().
void synchronise(std::int32_t index) {
  std::lock_guard const lock(streams().mutex);
  for (Exec::Impl* stream : streams().all) {
    if (stream->profile.index != index) continue;
    std::lock_guard const running(stream->run_mutex);
    while (run_next(*stream)) {
    }
  }
}

/// As cudaFree does: after all work of the device.
void release(std::int32_t index, void* device) noexcept {
  if (device == nullptr) return;
  synchronise(index);
  simt::release_device(device);
}

void* allocate_pinned(std::size_t bytes) {
  constexpr std::size_t kAlignment = 256;
  void* const memory = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  if (memory == nullptr)
    throw Error("device.memory", "out of page-locked memory: " + std::to_string(bytes) + " bytes asked for");
  std::memset(memory, simt::kUndefined, bytes);
  return memory;
}

void release_pinned(void* host) noexcept { std::free(host); }

}  // namespace limpid::device

namespace limpid::simt {

void enqueue(device::Exec const& exec, std::function<void()> work) { exec.impl().foreign.enqueue(std::move(work)); }

}  // namespace limpid::simt
