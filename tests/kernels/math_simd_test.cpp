// The SIMD exp and sigmoid give the bits of the scalar ones, on every target of this machine.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
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

template <class T>
void map_links(T const* in, std::size_t count, T* exps, T* sigmoids) {
  hn::ScalableTag<T> const d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    auto const x = hn::LoadU(d, in + i);
    hn::StoreU(limpid_exp_lanes(d, x), d, exps + i);
    hn::StoreU(limpid_sigmoid_lanes(d, x), d, sigmoids + i);
  }
}

void map_floats(float const* in, std::size_t count, float* exps, float* sigmoids) {
  map_links(in, count, exps, sigmoids);
}
void map_doubles(double const* in, std::size_t count, double* exps, double* sigmoids) {
  map_links(in, count, exps, sigmoids);
}

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

void map(float const* in, std::size_t count, float* exps, float* sigmoids) {
  HWY_DYNAMIC_DISPATCH(map_floats)(in, count, exps, sigmoids);
}
void map(double const* in, std::size_t count, double* exps, double* sigmoids) {
  HWY_DYNAMIC_DISPATCH(map_doubles)(in, count, exps, sigmoids);
}

template <class T>
void expect_equal_bits(double limit) {
  using Bits = typename ExpConstants<T>::Bits;
  constexpr std::size_t kCount = 64 * 4001;
  std::vector<T> in(kCount);
  std::vector<T> exps(kCount);
  std::vector<T> sigmoids(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    in[i] = static_cast<T>(limit * (2.0 * static_cast<double>(i) / (kCount - 1) - 1.0));
  }
  on_each_simd_target([&] {
    map(in.data(), kCount, exps.data(), sigmoids.data());
    for (std::size_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(std::bit_cast<Bits>(exps[i]), std::bit_cast<Bits>(limpid_exp(in[i])));
      ASSERT_EQ(std::bit_cast<Bits>(sigmoids[i]), std::bit_cast<Bits>(limpid_sigmoid(in[i])));
    }
  });
}

TEST(ExpLanes, FloatHasTheBitsOfTheScalar) {
  expect_equal_bits<float>(90.0);
  expect_equal_bits<float>(1.0);
}

TEST(ExpLanes, DoubleHasTheBitsOfTheScalar) {
  expect_equal_bits<double>(720.0);
  expect_equal_bits<double>(1.0);
}

}  // namespace
}  // namespace limpid
#endif
