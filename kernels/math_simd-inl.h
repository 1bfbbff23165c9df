// The SIMD twin of math.task.h: same operations in the same order, so the same bits. Included once per SIMD target.
#if defined(LIMPID_KERNELS_MATH_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_MATH_SIMD_INL_H_
#undef LIMPID_KERNELS_MATH_SIMD_INL_H_
#else
#define LIMPID_KERNELS_MATH_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/math.task.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The polynomial of limpid_exp from `term` on. No loop over the terms: compilers turn two loops inside out.
template <std::size_t vectors, int term, class D, class V>
HWY_INLINE void exp_terms(D d, V const* HWY_RESTRICT r, V* HWY_RESTRICT q) {
  using C = ExpConstants<hn::TFromD<D>>;
  if constexpr (term < C::kTerms) {
    for (std::size_t i = 0; i < vectors; ++i) {
      q[i] = hn::Add(hn::Mul(q[i], r[i]), hn::Set(d, C::coefficient(term)));
    }
    exp_terms<vectors, term + 1>(d, r, q);
  }
}

/// limpid_exp of every lane of x [vectors], in place. The vectors go side by side: one alone would wait for its own
/// results most of the time.
template <std::size_t vectors, class D, class V>
HWY_INLINE void limpid_exp_vectors(D d, V* HWY_RESTRICT x) {
  using C = ExpConstants<hn::TFromD<D>>;
  hn::RebindToUnsigned<D> const du;
  V shifted[vectors];
  V r[vectors];
  V q[vectors];
  for (std::size_t i = 0; i < vectors; ++i) {
    x[i] = hn::Min(hn::Max(x[i], hn::Set(d, -C::kLimit)), hn::Set(d, C::kLimit));
  }
  for (std::size_t i = 0; i < vectors; ++i) {
    shifted[i] = hn::Add(hn::Mul(x[i], hn::Set(d, C::kInverseLn2)), hn::Set(d, C::kShift));
  }
  for (std::size_t i = 0; i < vectors; ++i) {
    auto const n = hn::Sub(shifted[i], hn::Set(d, C::kShift));
    r[i] = hn::Sub(hn::Sub(x[i], hn::Mul(n, hn::Set(d, C::kLn2High))), hn::Mul(n, hn::Set(d, C::kLn2Low)));
    q[i] = hn::Set(d, C::coefficient(0));
  }
  exp_terms<vectors, 1>(d, r, q);
  for (std::size_t i = 0; i < vectors; ++i) {
    auto const fraction = hn::Add(hn::Add(hn::Mul(hn::Mul(r[i], r[i]), q[i]), r[i]), hn::Set(d, hn::TFromD<D>(1)));
    auto const bits = hn::Add(hn::BitCast(du, shifted[i]), hn::Set(du, C::kBias));
    x[i] = hn::Mul(fraction, hn::BitCast(d, hn::ShiftLeft<C::kMantissaBits>(bits)));
  }
}

/// limpid_exp of every lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V limpid_exp_lanes(D d, V x) {
  limpid_exp_vectors<1>(d, &x);
  return x;
}

/// limpid_sigmoid of every lane of -x [vectors], in place.
template <std::size_t vectors, class D, class V>
HWY_INLINE void limpid_sigmoid_of_negative_vectors(D d, V* HWY_RESTRICT x) {
  auto const one = hn::Set(d, hn::TFromD<D>(1));
  limpid_exp_vectors<vectors>(d, x);
  for (std::size_t i = 0; i < vectors; ++i) x[i] = hn::Div(one, hn::Add(one, x[i]));
}

/// limpid_sigmoid of every lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V limpid_sigmoid_lanes(D d, V x) {
  auto negative = hn::Neg(x);
  limpid_sigmoid_of_negative_vectors<1>(d, &negative);
  return negative;
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
