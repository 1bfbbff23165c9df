// The SIMD exp and links give the bits of the scalar ones, on every target of this machine.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/math_simd_test.cpp"
#include <hwy/foreach_target.h>

#include "kernels/math_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace {

/// out [4 x count]: exp, sigmoid, softplus, signed square.
template <class T>
void map_links(T const* in, std::size_t count, T* out) {
  hn::ScalableTag<T> const d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    auto const x = hn::LoadU(d, in + i);
    hn::StoreU(limpid_exp_lanes(d, x), d, out + i);
    hn::StoreU(limpid_sigmoid_lanes(d, x), d, out + count + i);
    hn::StoreU(limpid_softplus_lanes(d, x), d, out + 2 * count + i);
    hn::StoreU(limpid_signed_square_lanes(d, x), d, out + 3 * count + i);
  }
}

/// out [count]: sigmoid without clamps, vectors side by side.
void map_sigmoids(float const* in, std::size_t count, float* out) {
  hn::ScalableTag<float> const d;
  constexpr std::size_t kVectors = 4;
  std::size_t const lanes = hn::Lanes(d);
  for (std::size_t i = 0; i < count; i += kVectors * lanes) {
    hn::Vec<decltype(d)> x[kVectors];
    for (std::size_t k = 0; k < kVectors; ++k) x[k] = hn::Neg(hn::LoadU(d, in + i + k * lanes));
    limpid_sigmoid_of_negative_vectors<kVectors, false>(d, x);
    for (std::size_t k = 0; k < kVectors; ++k) hn::StoreU(x[k], d, out + i + k * lanes);
  }
}

/// out [count]: log.
void map_logs(double const* in, std::size_t count, double* out) {
  hn::ScalableTag<double> const d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::StoreU(limpid_log_lanes(d, hn::LoadU(d, in + i)), d, out + i);
  }
}

void map_floats(float const* in, std::size_t count, float* out) { map_links(in, count, out); }
void map_doubles(double const* in, std::size_t count, double* out) { map_links(in, count, out); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernels/each_simd_target.h"

namespace limpid {
namespace {

HWY_EXPORT(map_floats);
HWY_EXPORT(map_doubles);
HWY_EXPORT(map_sigmoids);
HWY_EXPORT(map_logs);

void map(float const* in, std::size_t count, float* out) { HWY_DYNAMIC_DISPATCH(map_floats)(in, count, out); }
void map(double const* in, std::size_t count, double* out) { HWY_DYNAMIC_DISPATCH(map_doubles)(in, count, out); }

template <class T>
void expect_equal_bits(double limit) {
  using Bits = typename ExpConstants<T>::Bits;
  constexpr std::size_t kCount = 64 * 4001;
  std::vector<T> in(kCount);
  std::vector<T> out(4 * kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    in[i] = static_cast<T>(limit * (2.0 * static_cast<double>(i) / (kCount - 1) - 1.0));
  }
  in[7] = T(-0.0);
  on_each_simd_target([&] {
    map(in.data(), kCount, out.data());
    for (std::size_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(std::bit_cast<Bits>(out[i]), std::bit_cast<Bits>(limpid_exp(in[i])));
      ASSERT_EQ(std::bit_cast<Bits>(out[kCount + i]), std::bit_cast<Bits>(limpid_sigmoid(in[i])));
      ASSERT_EQ(std::bit_cast<Bits>(out[2 * kCount + i]), std::bit_cast<Bits>(limpid_softplus(in[i])));
      ASSERT_EQ(std::bit_cast<Bits>(out[3 * kCount + i]), std::bit_cast<Bits>(limpid_signed_square(in[i])));
    }
  });
}

TEST(LinkLanes, FloatHasTheBitsOfTheScalar) {
  expect_equal_bits<float>(90.0);
  expect_equal_bits<float>(1.0);
}

TEST(LinkLanes, DoubleHasTheBitsOfTheScalar) {
  expect_equal_bits<double>(720.0);
  expect_equal_bits<double>(1.0);
}

TEST(LinkLanes, SigmoidNeedsNoClampsWithinItsLimit) {
  constexpr std::size_t kCount = 64 * 4001;
  std::vector<float> in(kCount);
  std::vector<float> out(kCount);
  for (std::size_t i = 0; i < kCount; ++i) in[i] = 83.0F * (2.0F * static_cast<float>(i) / (kCount - 1) - 1.0F);
  on_each_simd_target([&] {
    HWY_DYNAMIC_DISPATCH(map_sigmoids)(in.data(), kCount, out.data());
    for (std::size_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(out[i]), std::bit_cast<std::uint32_t>(limpid_sigmoid(in[i]))) << in[i];
    }
  });
}

TEST(LogLanes, HaveTheBitsOfTheScalar) {
  constexpr std::size_t kCount = 64 * 4001;
  std::vector<double> in(kCount);
  std::vector<double> out(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    in[i] = limpid_exp(710.0 * (2.0 * static_cast<double>(i) / (kCount - 1) - 1.0));
  }
  std::size_t at = 0;
  for (double const x : {0.0, 1.0, 1e-310, std::numeric_limits<double>::infinity()}) in[at++] = x;
  on_each_simd_target([&] {
    HWY_DYNAMIC_DISPATCH(map_logs)(in.data(), kCount, out.data());
    for (std::size_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(out[i]), std::bit_cast<std::uint64_t>(limpid_log(in[i]))) << in[i];
    }
  });
}

}  // namespace
}  // namespace limpid
#endif
