/// limpid's own exp, log1p and log and the links made of them: additions, multiplications and IEEE divisions only, no
/// libm, no fused multiply-add, so that every device and SIMD target gives the same bits.
///
/// exp(x) = 2^n e^r with n = round(x / ln 2) and |r| <= ln 2 / 2. Relative error: float below 1.5 ulp, double below
/// 2 ulp. Arguments are clamped (float to +-87, double to +-708), so that neither exp nor 1 / (1 + exp) leaves the
/// normal numbers: no infinity, no NaN, no denormal.
///
/// sigmoid(x) of floats = 1 / (1 + 2^t), t = -x / ln 2 clamped to +-120, by one rational of 2^t: within 3 ulp of the
/// sigmoid of x, and another 1.25 |x| ulp where x < 0 (t is rounded to a float). Normal numbers too.
///
/// log1p(u), 0 <= u <= 1, relative error below 2.5 ulp; softplus(x) = log(1 + e^x) below 4 ulp where e^x is not
/// clamped. log(x) of doubles, relative error below 2.5 ulp; never infinite.
#pragma once

#include <cstdint>
#include <cstring>

#include "limpid/ensemble.h"
#include "limpid/platform.h"

namespace limpid {

/// The constants of exp for one type. `shift` is 1.5 * 2^(mantissa bits): adding it rounds to an integer, which then
/// lies in the low bits. ln2_high has so few bits that n * ln2_high is exact (W. J. Cody, W. Waite 1980, ch. 6).
template <class T>
struct ExpConstants;

template <>
struct ExpConstants<float> {
  using Bits = std::uint32_t;
  static constexpr float kLimit = 87.0F;
  static constexpr float kInverseLn2 = 1.44269504F;
  static constexpr float kShift = 12582912.0F;
  static constexpr float kLn2High = 0.693359375F;
  static constexpr float kLn2Low = -2.12194440e-4F;
  static constexpr int kMantissaBits = 23;
  static constexpr Bits kBias = 127;
  static constexpr int kTerms = 5;
  /// Minimax for (e^r - 1 - r) / r^2 (Remez exchange, weighted for the relative error of e^r: 3.1e-9), highest first.
  LIMPID_HD static constexpr float coefficient(int term) noexcept {
    constexpr float kCoefficients[kTerms] = {1.381459878757596e-3F, 8.368716575205326e-3F, 4.166838899254799e-2F,
                                             1.666652113199234e-1F, 4.999999403953552e-1F};
    return kCoefficients[term];
  }
};

template <>
struct ExpConstants<double> {
  using Bits = std::uint64_t;
  static constexpr double kLimit = 708.0;
  static constexpr double kInverseLn2 = 1.4426950408889634;
  static constexpr double kShift = 6755399441055744.0;
  static constexpr double kLn2High = 6.93147180369123816490e-01;
  static constexpr double kLn2Low = 1.90821492927058770002e-10;
  static constexpr int kMantissaBits = 52;
  static constexpr Bits kBias = 1023;
  static constexpr int kTerms = 12;
  /// Taylor: 1/13! ... 1/2!; the remainder is 4e-18.
  LIMPID_HD static constexpr double coefficient(int term) noexcept {
    constexpr double kCoefficients[kTerms] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
                                              1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,
                                              1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0,        1.0 / 2.0};
    return kCoefficients[term];
  }
};

/// e^x, saturating at e^-kLimit and e^kLimit. REQUIRES: x is not NaN.
template <class T>
LIMPID_HD inline T limpid_exp(T x) noexcept {
  using C = ExpConstants<T>;
  using Bits = typename C::Bits;
  x = x < -C::kLimit ? -C::kLimit : x;
  x = x > C::kLimit ? C::kLimit : x;
  T const shifted = x * C::kInverseLn2 + C::kShift;
  T const n = shifted - C::kShift;
  T const r = (x - n * C::kLn2High) - n * C::kLn2Low;
  T q = C::coefficient(0);
  for (int term = 1; term < C::kTerms; ++term) q = q * r + C::coefficient(term);
  T const fraction = (r * r * q + r) + T(1);
  Bits bits = 0;  // shift's own low bits are 0: what is left after the shift is n + bias, the exponent of 2^n
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + C::kBias) << C::kMantissaBits;
  T power = 0;
  memcpy(&power, &bits, sizeof power);
  return fraction * power;
}

/// 2^t = 2^n (E + O) / (E - O) with n = round(t), f = t - n and O / E = f (kOdd1 f^2 + kOdd0) / (f^2 + kEven0), minimax
/// for tanh(f ln 2 / 2) (Remez exchange, weighted for the relative error of 2^f: 1.8e-10 with these floats).
struct SigmoidConstants {
  static constexpr float kInverseLn2 = ExpConstants<float>::kInverseLn2;
  static constexpr float kShift = ExpConstants<float>::kShift;
  static constexpr int kMantissaBits = ExpConstants<float>::kMantissaBits;
  static constexpr float kLimit = 120.0F;  ///< of t: 2^t (E + O) < 2^125
  static constexpr float kEven0 = 20.8188686F;
  static constexpr float kOdd0 = 7.21527004F;
  static constexpr float kOdd1 = 0.0576907881F;
};

/// 1 / (1 + e^-x), in one division: (E - O) / ((E - O) + 2^n (E + O)). REQUIRES: x is not NaN.
LIMPID_HD inline float limpid_sigmoid(float x) noexcept {
  using C = SigmoidConstants;
  float t = -x * C::kInverseLn2;
  t = t < -C::kLimit ? -C::kLimit : t;
  t = t > C::kLimit ? C::kLimit : t;
  float const shifted = t + C::kShift;
  float const f = t - (shifted - C::kShift);
  float const square = f * f;
  float const even = square + C::kEven0;
  float const odd = f * (C::kOdd1 * square + C::kOdd0);
  float const up = even + odd;
  float const down = even - odd;
  std::uint32_t n = 0;  // in the low bits
  std::uint32_t bits = 0;
  memcpy(&n, &shifted, sizeof n);
  memcpy(&bits, &up, sizeof bits);
  bits += n << C::kMantissaBits;
  float scaled = 0.0F;
  memcpy(&scaled, &bits, sizeof scaled);
  return down / (down + scaled);
}

LIMPID_HD inline double limpid_sigmoid(double x) noexcept { return 1.0 / (1.0 + limpid_exp(-x)); }

/// log(1 + u) = 2 artanh(s) = 2 s (1 + s^2/3 + s^4/5 + ...) with s = u / (2 + u).
template <class T>
struct Log1pConstants;

template <>
struct Log1pConstants<float> {
  static constexpr int kTerms = 7;  ///< remainder at s = 1/3: 1.5e-9
};

template <>
struct Log1pConstants<double> {
  static constexpr int kTerms = 16;  ///< remainder at s = 1/3: 1.9e-18
};

/// Coefficient of the series in s^2 with `terms` of them, highest first: 1 / (2 terms + 1) ... 1/3.
LIMPID_HD constexpr double artanh_coefficient(int terms, int term) noexcept {
  constexpr double kCoefficients[16] = {1.0 / 33.0, 1.0 / 31.0, 1.0 / 29.0, 1.0 / 27.0, 1.0 / 25.0, 1.0 / 23.0,
                                        1.0 / 21.0, 1.0 / 19.0, 1.0 / 17.0, 1.0 / 15.0, 1.0 / 13.0, 1.0 / 11.0,
                                        1.0 / 9.0,  1.0 / 7.0,  1.0 / 5.0,  1.0 / 3.0};
  return kCoefficients[16 - terms + term];
}

template <class T>
LIMPID_HD constexpr T log1p_coefficient(int term) noexcept {
  return static_cast<T>(artanh_coefficient(Log1pConstants<T>::kTerms, term));
}

/// log(1 + u). REQUIRES: 0 <= u <= 1.
template <class T>
LIMPID_HD inline T limpid_log1p(T u) noexcept {
  T const s = u / (T(2) + u);
  T const square = s * s;
  T q = log1p_coefficient<T>(0);
  for (int term = 1; term < Log1pConstants<T>::kTerms; ++term) q = q * square + log1p_coefficient<T>(term);
  T const twice = s + s;
  return twice * square * q + twice;
}

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|): no overflow.
template <class T>
LIMPID_HD inline T limpid_softplus(T x) noexcept {
  T const above = x > T(0) ? x : T(0);
  return above + limpid_log1p(limpid_exp(x > T(0) ? -x : x));
}

struct LogConstants {
  using Bits = std::uint64_t;
  static constexpr double kLeast = 2.2250738585072014e-308;  ///< normal numbers only
  static constexpr double kMost = 1.7976931348623157e308;
  static constexpr Bits kRootHalf = 0x3FE6A09E667F3BCD;  ///< of sqrt(1/2)
  static constexpr Bits kOne = 0x3FF0000000000000;
  static constexpr int kMantissaBits = 52;
  static constexpr Bits kMantissa = (Bits{1} << kMantissaBits) - 1;
  static constexpr double kBias = 1023.0;
  static constexpr int kTerms = 10;  ///< of log1p's series; remainder at s = 0.1716: 6e-19
};

/// log(x) = n ln 2 + log(f), x = 2^n f with sqrt(1/2) <= f < sqrt(2); log(f) = 2 artanh((f - 1) / (f + 1)). x outside
/// the normal numbers counts as the nearest of them: no infinity. REQUIRES: x >= 0, not NaN.
LIMPID_HD inline double limpid_log(double x) noexcept {
  using C = LogConstants;
  x = x < C::kLeast ? C::kLeast : x;
  x = x > C::kMost ? C::kMost : x;
  C::Bits bits = 0;
  memcpy(&bits, &x, sizeof bits);
  bits += C::kOne - C::kRootHalf;  // n + bias is now the exponent, and what is left below it f's distance to the root
  double const n = static_cast<double>(bits >> C::kMantissaBits) - C::kBias;
  bits = (bits & C::kMantissa) + C::kRootHalf;
  double f = 0.0;
  memcpy(&f, &bits, sizeof f);
  double const s = (f - 1.0) / (f + 1.0);
  double const square = s * s;
  double q = artanh_coefficient(C::kTerms, 0);
  for (int term = 1; term < C::kTerms; ++term) q = q * square + artanh_coefficient(C::kTerms, term);
  double const twice = s + s;
  double const rest = twice * square * q + n * ExpConstants<double>::kLn2Low;
  return n * ExpConstants<double>::kLn2High + (twice + rest);
}

/// sign(x) x^2; of -0 too it is +0.
template <class T>
LIMPID_HD inline T limpid_signed_square(T x) noexcept {
  return x < T(0) ? -(x * x) : x * x;
}

/// A link that looks at its own output alone.
template <class T>
LIMPID_HD inline T link_of_one(Link link, T x) noexcept {
  if (link == Link::kSigmoid) return limpid_sigmoid(x);
  if (link == Link::kExp) return limpid_exp(x);
  if (link == Link::kSignedSquare) return limpid_signed_square(x);
  if (link == Link::kSoftplus) return limpid_softplus(x);
  return x;
}

/// Margins -> responses of G outputs, in place: output g at values[g * stride]. Softmax subtracts the largest margin
/// and adds in output order.
template <class T>
LIMPID_HD inline void apply_link(Link link, std::int32_t outputs, T* values, std::int64_t stride) noexcept {
  if (link != Link::kSoftmax) {
    for (std::int32_t g = 0; g < outputs; ++g) values[g * stride] = link_of_one(link, values[g * stride]);
  } else {
    T largest = values[0];
    for (std::int32_t g = 1; g < outputs; ++g) largest = values[g * stride] > largest ? values[g * stride] : largest;
    T sum = 0;
    for (std::int32_t g = 0; g < outputs; ++g) {
      values[g * stride] = limpid_exp(values[g * stride] - largest);
      sum += values[g * stride];
    }
    for (std::int32_t g = 0; g < outputs; ++g) values[g * stride] = values[g * stride] / sum;
  }
}

}  // namespace limpid
