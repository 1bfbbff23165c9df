// limpid's exp against std::exp in higher precision; the links by hand.
#include "kernels/math.task.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace limpid {
namespace {

/// |value - exact| in units in the last place of `exact` rounded to T.
template <class T>
double ulps(T value, long double exact) {
  auto const rounded = static_cast<T>(exact);
  long double const unit = std::nextafter(rounded, std::numeric_limits<T>::infinity()) - rounded;
  return static_cast<double>(std::fabs(static_cast<long double>(value) - exact) / unit);
}

template <class T>
double worst_ulps(double begin, double end, int steps) {
  double worst = 0.0;
  for (int i = 0; i <= steps; ++i) {
    auto const x = static_cast<T>(begin + (end - begin) * i / steps);
    double const error = ulps(limpid_exp(x), std::exp(static_cast<long double>(x)));
    if (!(error <= worst)) worst = error;  // NaN sticks
  }
  return worst;
}

TEST(Exp, FloatIsWithinTwoUlps) {
  EXPECT_LE(worst_ulps<float>(-87.0, 87.0, 2'000'000), 1.5);
  EXPECT_LE(worst_ulps<float>(-1.5, 1.5, 2'000'000), 1.5);
}

TEST(Exp, DoubleIsWithinTwoUlps) {
  EXPECT_LE(worst_ulps<double>(-708.0, 708.0, 1'000'000), 2.0);
  EXPECT_LE(worst_ulps<double>(-1.5, 1.5, 1'000'000), 2.0);
}

TEST(Exp, OneAtZero) {
  EXPECT_EQ(limpid_exp(0.0F), 1.0F);
  EXPECT_EQ(limpid_exp(-0.0), 1.0);
}

TEST(Exp, SaturatesToNormalNumbers) {
  for (float const x : {88.0F, 1e4F, std::numeric_limits<float>::infinity()}) {
    EXPECT_EQ(limpid_exp(x), limpid_exp(87.0F));
    EXPECT_EQ(limpid_exp(-x), limpid_exp(-87.0F));
  }
  EXPECT_TRUE(std::isnormal(limpid_exp(-87.0F)) && std::isnormal(limpid_exp(87.0F)));
  EXPECT_TRUE(std::isnormal(limpid_exp(-1e9)) && std::isnormal(limpid_exp(1e9)));
  EXPECT_TRUE(std::isnormal(limpid_sigmoid(-1e9)) && std::isnormal(limpid_sigmoid(-1e9F)));
  EXPECT_EQ(limpid_sigmoid(1e9F), 1.0F);
}

TEST(Exp, GrowsThroughTheRange) {  // neighbours may tie, an exponent error would show
  for (float x = -87.0F; x < 87.0F; x += 0.01F) EXPECT_LT(limpid_exp(x), limpid_exp(x + 0.01F)) << x;
}

/// The most that the error of limpid_sigmoid takes of what it may have, `fixed` + `per_unit` |x| ulp.
template <class T>
double worst_sigmoid_share(double begin, double end, int steps, double fixed, double per_unit) {
  double worst = 0.0;
  for (int i = 0; i <= steps; ++i) {
    auto const x = static_cast<T>(begin + (end - begin) * i / steps);
    long double const exact = 1.0L / (1.0L + std::exp(-static_cast<long double>(x)));
    double const share = ulps(limpid_sigmoid(x), exact) / (fixed + per_unit * std::fabs(static_cast<double>(x)));
    if (!(share <= worst)) worst = share;
  }
  return worst;
}

TEST(Sigmoid, FloatIsWithinThreeUlpsAndTheRoundingOfItsArgument) {
  EXPECT_LE(worst_sigmoid_share<float>(-83.0, 0.0, 2'000'000, 3.0, 1.25), 1.0);
  EXPECT_LE(worst_sigmoid_share<float>(-2.0, 0.0, 2'000'000, 3.0, 1.25), 1.0);
  EXPECT_LE(worst_sigmoid_share<float>(0.0, 20.0, 2'000'000, 3.0, 0.0), 1.0);
  EXPECT_LE(worst_sigmoid_share<float>(20.0, 200.0, 100'000, 3.0, 0.0), 1.0);
}

TEST(Sigmoid, DoubleIsWithinThreeUlps) {
  EXPECT_LE(worst_sigmoid_share<double>(-700.0, 40.0, 1'000'000, 3.0, 0.0), 1.0);
  EXPECT_LE(worst_sigmoid_share<double>(-2.0, 2.0, 1'000'000, 3.0, 0.0), 1.0);
}

TEST(Sigmoid, FloatSaturatesToNormalNumbers) {
  for (float const x : {83.2F, 1e4F, 3e38F, std::numeric_limits<float>::infinity()}) {
    EXPECT_EQ(limpid_sigmoid(x), 1.0F);
    EXPECT_EQ(limpid_sigmoid(-x), 0x1p-120F);
  }
  EXPECT_EQ(limpid_sigmoid(0.0F), 0.5F);
  EXPECT_EQ(limpid_sigmoid(-0.0F), 0.5F);
}

TEST(Sigmoid, FloatGrowsAndIsSymmetric) {
  for (float x = 0.0F; x < 80.0F; x += 0.01F) {
    EXPECT_LT(limpid_sigmoid(-x - 0.01F), limpid_sigmoid(-x)) << x;
    EXPECT_LE(limpid_sigmoid(x), limpid_sigmoid(x + 0.01F) + 0x1p-23F) << x;  // two ulp below 1
    EXPECT_NEAR(limpid_sigmoid(x) + limpid_sigmoid(-x), 1.0F, 1.2e-7F) << x;
  }
}

template <class T>
double worst_log1p_ulps(double begin, double end, int steps) {
  double worst = 0.0;
  for (int i = 0; i <= steps; ++i) {
    auto const u = static_cast<T>(begin + (end - begin) * i / steps);
    double const error = ulps(limpid_log1p(u), std::log1p(static_cast<long double>(u)));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

TEST(Log1p, IsWithinTwoAndAHalfUlps) {
  EXPECT_LE(worst_log1p_ulps<float>(0.0, 1.0, 2'000'000), 2.5);
  EXPECT_LE(worst_log1p_ulps<double>(0.0, 1.0, 2'000'000), 2.5);
  EXPECT_LE(worst_log1p_ulps<double>(0.0, 1e-9, 100'000), 2.5);
  EXPECT_EQ(limpid_log1p(0.0), 0.0);
}

template <class T>
double worst_softplus_ulps(double begin, double end, int steps) {
  double worst = 0.0;
  for (int i = 0; i <= steps; ++i) {
    auto const x = static_cast<T>(begin + (end - begin) * i / steps);
    double const error = ulps(limpid_softplus(x), std::log1p(std::exp(static_cast<long double>(x))));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

TEST(Softplus, IsWithinFourUlps) {
  EXPECT_LE(worst_softplus_ulps<float>(-80.0, 87.0, 2'000'000), 4.0);
  EXPECT_LE(worst_softplus_ulps<double>(-700.0, 708.0, 1'000'000), 4.0);
  EXPECT_LE(worst_softplus_ulps<double>(-3.0, 3.0, 1'000'000), 4.0);
}

TEST(Softplus, NeitherOverflowsNorVanishes) {
  EXPECT_EQ(limpid_softplus(1e6), 1e6);
  EXPECT_EQ(limpid_softplus(3e30F), 3e30F);
  EXPECT_TRUE(std::isnormal(limpid_softplus(-1e9)) && std::isnormal(limpid_softplus(-1e9F)));
  EXPECT_EQ(limpid_softplus(0.0), limpid_softplus(-0.0));
}

double worst_log_ulps(double begin, double end, int steps) {
  double worst = 0.0;
  for (int i = 0; i <= steps; ++i) {
    double const x = begin * std::pow(end / begin, static_cast<double>(i) / steps);
    double const error = ulps(limpid_log(x), std::log(static_cast<long double>(x)));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

TEST(Log, IsWithinTwoAndAHalfUlps) {
  EXPECT_LE(worst_log_ulps(1e-307, 1.0, 1'000'000), 2.5);
  EXPECT_LE(worst_log_ulps(1.0, 1e308, 1'000'000), 2.5);
  EXPECT_LE(worst_log_ulps(0.3, 4.0, 1'000'000), 2.5);
  EXPECT_LE(worst_log_ulps(1.0 - 1e-7, 1.0 + 1e-7, 10'000), 2.5);
  EXPECT_EQ(limpid_log(1.0), 0.0);
}

TEST(Log, IsNeverInfinite) {
  EXPECT_NEAR(limpid_log(0.0), std::log(std::numeric_limits<double>::min()), 1e-12);
  EXPECT_NEAR(limpid_log(std::numeric_limits<double>::denorm_min()), limpid_log(0.0), 0.0);
  EXPECT_NEAR(limpid_log(std::numeric_limits<double>::infinity()), std::log(std::numeric_limits<double>::max()), 1e-12);
}

TEST(SignedSquare, KeepsTheSign) {
  EXPECT_EQ(limpid_signed_square(-1.5), -2.25);
  EXPECT_EQ(limpid_signed_square(3.0F), 9.0F);
  EXPECT_FALSE(std::signbit(limpid_signed_square(-0.0)));
}

TEST(Link, SigmoidEqualsDefinition) {
  for (double x = -40.0; x <= 40.0; x += 0.37) {
    double value = x;
    apply_link(Link::kSigmoid, 1, &value, 1);
    EXPECT_NEAR(value, 1.0 / (1.0 + std::exp(-x)), 4e-16);
  }
}

TEST(Link, SoftmaxOfStridedOutputs) {
  std::array<double, 6> values{1.0, -7.0, 2.0, -7.0, 3.0, -7.0};  // [3 outputs x stride 2]
  apply_link(Link::kSoftmax, 3, values.data(), 2);
  double const sum = std::exp(1.0) + std::exp(2.0) + std::exp(3.0);
  for (int g = 0; g < 3; ++g) EXPECT_NEAR(values[static_cast<std::size_t>(2 * g)], std::exp(1.0 + g) / sum, 1e-15);
  EXPECT_EQ(values[1], -7.0);
}

TEST(Link, SoftmaxOfHugeMarginsStaysFinite) {
  std::array<double, 3> values{1e5, 0.0, -1e5};
  apply_link(Link::kSoftmax, 3, values.data(), 1);
  EXPECT_EQ(values[0], 1.0);
  EXPECT_LT(values[2], 1e-300);
}

TEST(Link, IdentityAndExp) {
  std::array<double, 2> values{-1.25, 2.0};
  apply_link(Link::kIdentity, 2, values.data(), 1);
  EXPECT_EQ(values[0], -1.25);
  apply_link(Link::kExp, 2, values.data(), 1);
  EXPECT_NEAR(values[1], std::exp(2.0), 2e-15);
}

TEST(Link, SignedSquareAndSoftplusOfEveryOutput) {
  std::array<double, 4> values{-1.5, -7.0, 3.0, -7.0};  // [2 outputs x stride 2]
  apply_link(Link::kSignedSquare, 2, values.data(), 2);
  EXPECT_EQ(values, (std::array<double, 4>{-2.25, -7.0, 9.0, -7.0}));
  apply_link(Link::kSoftplus, 2, values.data(), 2);
  EXPECT_NEAR(values[0], std::log1p(std::exp(-2.25)), 1e-16);
  EXPECT_NEAR(values[2], std::log1p(std::exp(9.0)), 2e-15);
  EXPECT_EQ(values[1], -7.0);
}

}  // namespace
}  // namespace limpid
