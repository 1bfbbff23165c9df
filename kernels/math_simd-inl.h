// The SIMD twin of math.task.h: same operations in the same order, so the same bits. Included once per SIMD target.
#if defined(LIMPID_KERNELS_MATH_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_MATH_SIMD_INL_H_
#undef LIMPID_KERNELS_MATH_SIMD_INL_H_
#else
#define LIMPID_KERNELS_MATH_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <type_traits>

#include "kernels/math.task.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// limpid_exp of every lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V limpid_exp_lanes(D d, V x) {
  using C = ExpConstants<hn::TFromD<D>>;
  hn::RebindToUnsigned<D> const du;
  x = hn::Min(hn::Max(x, hn::Set(d, -C::kLimit)), hn::Set(d, C::kLimit));
  auto const shifted = hn::Add(hn::Mul(x, hn::Set(d, C::kInverseLn2)), hn::Set(d, C::kShift));
  auto const n = hn::Sub(shifted, hn::Set(d, C::kShift));
  auto const r = hn::Sub(hn::Sub(x, hn::Mul(n, hn::Set(d, C::kLn2High))), hn::Mul(n, hn::Set(d, C::kLn2Low)));
  auto q = hn::Set(d, C::coefficient(0));
  for (int term = 1; term < C::kTerms; ++term) q = hn::Add(hn::Mul(q, r), hn::Set(d, C::coefficient(term)));
  auto const fraction = hn::Add(hn::Add(hn::Mul(hn::Mul(r, r), q), r), hn::Set(d, hn::TFromD<D>(1)));
  auto const bits = hn::Add(hn::BitCast(du, shifted), hn::Set(du, C::kBias));
  return hn::Mul(fraction, hn::BitCast(d, hn::ShiftLeft<C::kMantissaBits>(bits)));
}

/// limpid_sigmoid of every lane of -x [vectors], of floats, in place. `clamped`: false where no |x| is beyond
/// SigmoidConstants::kLimit ln 2, where a clamp changes nothing.
template <std::size_t vectors, bool clamped, class D, class V>
HWY_INLINE void limpid_sigmoid_of_negative_vectors(D d, V* HWY_RESTRICT x) {
  using C = SigmoidConstants;
  hn::RebindToUnsigned<D> const du;
  for (std::size_t i = 0; i < vectors; ++i) x[i] = hn::Mul(x[i], hn::Set(d, C::kInverseLn2));
  for (std::size_t i = 0; clamped && i < vectors; ++i) {
    x[i] = hn::Min(hn::Max(x[i], hn::Set(d, -C::kLimit)), hn::Set(d, C::kLimit));
  }
  for (std::size_t i = 0; i < vectors; ++i) {
    auto const shifted = hn::Add(x[i], hn::Set(d, C::kShift));
    auto const f = hn::Sub(x[i], hn::Sub(shifted, hn::Set(d, C::kShift)));
    auto const square = hn::Mul(f, f);
    auto const even = hn::Add(square, hn::Set(d, C::kEven0));
    auto const odd = hn::Mul(f, hn::Add(hn::Mul(hn::Set(d, C::kOdd1), square), hn::Set(d, C::kOdd0)));
    auto const up = hn::BitCast(du, hn::Add(even, odd));
    auto const down = hn::Sub(even, odd);
    auto const scaled = hn::Add(up, hn::ShiftLeft<C::kMantissaBits>(hn::BitCast(du, shifted)));
    x[i] = hn::Div(down, hn::Add(down, hn::BitCast(d, scaled)));
  }
}

/// limpid_sigmoid of every lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V limpid_sigmoid_lanes(D d, V x) {
  auto negative = hn::Neg(x);
  if constexpr (std::is_same_v<hn::TFromD<D>, float>) {
    limpid_sigmoid_of_negative_vectors<1, true>(d, &negative);
    return negative;
  } else {
    auto const one = hn::Set(d, hn::TFromD<D>(1));
    return hn::Div(one, hn::Add(one, limpid_exp_lanes(d, negative)));
  }
}

/// limpid_log1p of every lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V limpid_log1p_lanes(D d, V u) {
  using T = hn::TFromD<D>;
  auto const s = hn::Div(u, hn::Add(hn::Set(d, T(2)), u));
  auto const square = hn::Mul(s, s);
  auto q = hn::Set(d, log1p_coefficient<T>(0));
  for (int term = 1; term < Log1pConstants<T>::kTerms; ++term)
    q = hn::Add(hn::Mul(q, square), hn::Set(d, log1p_coefficient<T>(term)));
  auto const twice = hn::Add(s, s);
  return hn::Add(hn::Mul(hn::Mul(twice, square), q), twice);
}

/// limpid_softplus of every lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V limpid_softplus_lanes(D d, V x) {
  auto const above = hn::Gt(x, hn::Zero(d));
  auto const part = limpid_log1p_lanes(d, limpid_exp_lanes(d, hn::IfThenElse(above, hn::Neg(x), x)));
  return hn::Add(hn::IfThenElseZero(above, x), part);
}

/// limpid_log of every lane, of doubles.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V limpid_log_lanes(D d, V x) {
  using C = LogConstants;
  hn::RebindToUnsigned<D> const du;
  hn::RebindToSigned<D> const di;
  x = hn::Min(hn::Max(x, hn::Set(d, C::kLeast)), hn::Set(d, C::kMost));
  auto const bits = hn::Add(hn::BitCast(du, x), hn::Set(du, C::kOne - C::kRootHalf));
  auto const exponent = hn::BitCast(di, hn::ShiftRight<C::kMantissaBits>(bits));
  auto const n = hn::Sub(hn::ConvertTo(d, exponent), hn::Set(d, C::kBias));
  auto const f = hn::BitCast(d, hn::Add(hn::And(bits, hn::Set(du, C::kMantissa)), hn::Set(du, C::kRootHalf)));
  auto const one = hn::Set(d, 1.0);
  auto const s = hn::Div(hn::Sub(f, one), hn::Add(f, one));
  auto const square = hn::Mul(s, s);
  auto q = hn::Set(d, artanh_coefficient(C::kTerms, 0));
  for (int term = 1; term < C::kTerms; ++term) {
    q = hn::Add(hn::Mul(q, square), hn::Set(d, artanh_coefficient(C::kTerms, term)));
  }
  auto const twice = hn::Add(s, s);
  auto const low = hn::Mul(n, hn::Set(d, ExpConstants<double>::kLn2Low));
  auto const rest = hn::Add(hn::Mul(hn::Mul(twice, square), q), low);
  return hn::Add(hn::Mul(n, hn::Set(d, ExpConstants<double>::kLn2High)), hn::Add(twice, rest));
}

/// limpid_signed_square of every lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V limpid_signed_square_lanes(D d, V x) {
  auto const square = hn::Mul(x, x);
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Neg(square), square);
}

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
