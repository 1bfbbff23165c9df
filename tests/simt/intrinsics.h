/// Twins of CUDA's integer and byte-wise intrinsics (CUDA Math API, "Integer Intrinsics" and "SIMD Intrinsics").
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

// NOLINTBEGIN(readability-identifier-naming,bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names are
// CUDA's.
using std::max;
using std::min;

inline int __popc(unsigned x) { return std::popcount(x); }
inline int __popcll(unsigned long long x) { return std::popcount(x); }
inline int __clz(int x) { return std::countl_zero(static_cast<unsigned>(x)); }
inline int __clzll(long long x) { return std::countl_zero(static_cast<unsigned long long>(x)); }
inline int __ffs(int x) { return x == 0 ? 0 : std::countr_zero(static_cast<unsigned>(x)) + 1; }
inline int __ffsll(long long x) { return x == 0 ? 0 : std::countr_zero(static_cast<unsigned long long>(x)) + 1; }
inline unsigned __brev(unsigned x) {
  unsigned result = 0;
  for (unsigned i = 0; i < 32; ++i) result |= (x >> i & 1U) << (31U - i);
  return result;
}
inline unsigned __umulhi(unsigned a, unsigned b) {
  return static_cast<unsigned>((static_cast<unsigned long long>(a) * b) >> 32U);
}
inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift) {
  unsigned long long const both = static_cast<unsigned long long>(high) << 32U | low;
  return static_cast<unsigned>((both << (shift & 31U)) >> 32U);
}
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
  unsigned long long const both = static_cast<unsigned long long>(high) << 32U | low;
  return static_cast<unsigned>(both >> (shift & 31U));
}
/// Byte i of the result is byte (selector >> 4i) & 7 of {x, y}; with bit 3 of the nibble, that byte's sign repeated.
inline unsigned __byte_perm(unsigned x, unsigned y, unsigned selector) {
  unsigned long long const both = static_cast<unsigned long long>(y) << 32U | x;
  unsigned result = 0;
  for (unsigned i = 0; i < 4; ++i) {
    unsigned const nibble = selector >> (4U * i) & 15U;
    auto byte = static_cast<unsigned>(both >> (8U * (nibble & 7U)) & 0xFFU);
    if ((nibble & 8U) != 0) byte = (byte & 0x80U) != 0 ? 0xFFU : 0;
    result |= byte << (8U * i);
  }
  return result;
}
template <class T>
T __ldg(T const* pointer) {
  return *pointer;
}
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }
inline long long __double_as_longlong(double x) { return std::bit_cast<long long>(x); }
inline double __longlong_as_double(long long x) { return std::bit_cast<double>(x); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dmul_rn(double a, double b) { return a * b; }

namespace limpid::simt {
/// f(byte of a, byte of b) for each of the four bytes; the result's low 8 bits count.
template <class F>
unsigned for_bytes(unsigned a, unsigned b, F f) {
  unsigned result = 0;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    result |= (static_cast<unsigned>(f(a >> shift & 0xFFU, b >> shift & 0xFFU)) & 0xFFU) << shift;
  }
  return result;
}
inline unsigned all_ones(bool yes) { return yes ? 0xFFU : 0U; }
}  // namespace limpid::simt

#define LIMPID_SIMT_BYTEWISE(name, expression)                                               \
  inline unsigned name(unsigned x, unsigned y) {                                             \
    return limpid::simt::for_bytes(x, y, [](unsigned a, unsigned b) { return expression; }); \
  }
LIMPID_SIMT_BYTEWISE(__vadd4, a + b)
LIMPID_SIMT_BYTEWISE(__vsub4, a - b)
LIMPID_SIMT_BYTEWISE(__vminu4, std::min(a, b))
LIMPID_SIMT_BYTEWISE(__vmaxu4, std::max(a, b))
LIMPID_SIMT_BYTEWISE(__vabsdiffu4, std::max(a, b) - std::min(a, b))
LIMPID_SIMT_BYTEWISE(__vcmpeq4, limpid::simt::all_ones(a == b))
LIMPID_SIMT_BYTEWISE(__vcmpne4, limpid::simt::all_ones(a != b))
LIMPID_SIMT_BYTEWISE(__vcmpltu4, limpid::simt::all_ones(a < b))
LIMPID_SIMT_BYTEWISE(__vcmpleu4, limpid::simt::all_ones(a <= b))
LIMPID_SIMT_BYTEWISE(__vcmpgtu4, limpid::simt::all_ones(a > b))
LIMPID_SIMT_BYTEWISE(__vcmpgeu4, limpid::simt::all_ones(a >= b))
LIMPID_SIMT_BYTEWISE(__vseteq4, a == b ? 1U : 0U)
LIMPID_SIMT_BYTEWISE(__vsetleu4, a <= b ? 1U : 0U)
#undef LIMPID_SIMT_BYTEWISE
// NOLINTEND(readability-identifier-naming,bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
