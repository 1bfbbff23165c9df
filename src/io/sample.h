/// Background rows: a sample of the data file, or all rows of a file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/row_source.h"

namespace limpid {

/// The 64 bits by which rows are sampled: output number `row` (from 0) of SplitMix64 seeded with `seed` (Steele, Lea,
/// Flood 2014; Vigna's splitmix64.c). Part of the format: the same seed takes the same rows for ever.
[[nodiscard]] constexpr std::uint64_t sample_hash(std::uint64_t seed, std::int64_t row) noexcept {
  std::uint64_t z = seed + (static_cast<std::uint64_t>(row) + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

struct Sample {
  RowChunk rows;                          ///< in row order; no ids
  std::vector<std::int64_t> row_numbers;  ///< [rows] 0-based, ascending
  std::int64_t total_rows = 0;            ///< of the file
  DataSchema schema;
  std::string sha256;  ///< of the file
};

/// The `count` rows of the data with the smallest sample_hash(seed, row), in row order; all of them when there are no
/// more. One pass. REQUIRES: count > 0. Throws what open_rows and next() throw; usage.background on standard input,
/// which cannot be read twice.
[[nodiscard]] Sample sample_rows(ReadOptions const& options, Ensemble const& ensemble, std::int64_t count,
                                 std::uint64_t seed);

/// All rows that are left in `source`, as one chunk.
[[nodiscard]] RowChunk read_all(RowSource& source);

}  // namespace limpid
