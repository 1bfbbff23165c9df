// The alive leaves of a pair (row, background row), of all classes of paths. Included once per SIMD target.
#if defined(LIMPID_KERNELS_LATTICE_GAME_ALIVE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMPID_KERNELS_LATTICE_GAME_ALIVE_INL_H_
#undef LIMPID_KERNELS_LATTICE_GAME_ALIVE_INL_H_
#else
#define LIMPID_KERNELS_LATTICE_GAME_ALIVE_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/lattice_game_cubes-inl.h"
#include "kernels/lattice_game_simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limpid {
namespace HWY_NAMESPACE {

class AlivePair {
 public:
  explicit AlivePair(LatticeGameArgs const& args)
      : args_(args),
        bytes_(static_cast<std::size_t>(args.byte_stride) + 64),
        words_(static_cast<std::size_t>(args.long_paths.leaves)),
        wide_leaves_(static_cast<std::size_t>(args.wide_paths.leaves)) {}

  /// Takes the pair (row r, background row z).
  void find(std::int64_t r, std::int64_t z) {
    short_ = {&args_.short_paths, args_.row_bytes + r * args_.byte_stride,
              args_.background_bytes + z * args_.byte_stride, bytes_.data(), 0};
    short_.count = find_alive(short_.row, short_.background, args_.byte_stride, bytes_.data());
    std::int64_t const words = args_.long_paths.leaves;
    long_ = {&args_.long_paths, args_.row_words + r * words, args_.background_words + z * words, words_.data(), 0};
    for (std::int64_t l = 0; l < words; ++l) {
      words_[long_.count] = static_cast<std::uint32_t>(l);
      long_.count += lattice::is_alive(long_.row[l], long_.background[l]) ? 1 : 0;
    }
    if (!wide_leaves_.empty()) find_wide(r, z);
  }
  [[nodiscard]] AliveLeaves<std::uint8_t> const& of_short() const noexcept { return short_; }
  [[nodiscard]] AliveLeaves<std::uint64_t> const& of_long() const noexcept { return long_; }
  [[nodiscard]] AliveLeaves<WidePattern> const& of_wide() const noexcept { return wide_; }

 private:
  HWY_NOINLINE void find_wide(std::int64_t r, std::int64_t z) {
    std::int64_t const leaves = args_.wide_paths.leaves;
    wide_ = {&args_.wide_paths, args_.row_wide + r * leaves, args_.background_wide + z * leaves, wide_leaves_.data(),
             0};
    for (std::int64_t l = 0; l < leaves; ++l) {
      if (lattice::is_alive(wide_.row[l], wide_.background[l])) {
        wide_leaves_[wide_.count++] = static_cast<std::uint32_t>(l);
      }
    }
  }

  LatticeGameArgs const& args_;
  std::vector<std::uint32_t> bytes_;  ///< indices of short leaves
  std::vector<std::uint32_t> words_;  ///< and of long ones
  std::vector<std::uint32_t> wide_leaves_;
  AliveLeaves<std::uint8_t> short_;
  AliveLeaves<std::uint64_t> long_;
  AliveLeaves<WidePattern> wide_;
};

}  // namespace HWY_NAMESPACE
}  // namespace limpid
HWY_AFTER_NAMESPACE();

#endif
