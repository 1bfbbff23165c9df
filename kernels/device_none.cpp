// The device of a build without CUDA: there is none, and it says so.
#include "kernels/device.h"
#include "limpid/error.h"

namespace limpid::device {

struct Exec::Impl {
  Profile profile;
};

std::vector<Profile> profiles() { return {}; }
std::string unavailable_reason() { return "this build has no CUDA"; }
std::string toolkit_version() { return "none"; }
std::string driver_version() { return "none"; }

namespace {
[[noreturn]] void fail() {
  throw Error("device.unavailable", "no usable GPU: " + unavailable_reason(), {},
              "use --device auto to run on the CPU");
}
}  // namespace

Exec::Exec(std::int32_t /*index*/) { fail(); }
Exec::~Exec() = default;
Exec::Exec(Exec&&) noexcept = default;
Exec& Exec::operator=(Exec&&) noexcept = default;
Profile const& Exec::profile() const noexcept { return impl_->profile; }
void Exec::copy_in(void* /*device*/, void const* /*host*/, std::size_t /*bytes*/) const { fail(); }
void Exec::copy_out(void* /*host*/, void const* /*device*/, std::size_t /*bytes*/) const { fail(); }
void Exec::zero(void* /*device*/, std::size_t /*bytes*/) const { fail(); }
void Exec::wait() const { fail(); }
void Exec::keep_in_l2(void const* /*device*/, std::size_t /*bytes*/) const { fail(); }
void* Exec::workspace(std::size_t /*bytes*/) const { fail(); }
void synchronise(std::int32_t /*index*/) { fail(); }
void* allocate(std::int32_t /*index*/, std::size_t /*bytes*/) { fail(); }
void release(std::int32_t /*index*/, void* /*device*/) noexcept {}
void* allocate_pinned(std::size_t /*bytes*/) { fail(); }
void release_pinned(void* /*host*/) noexcept {}

}  // namespace limpid::device
