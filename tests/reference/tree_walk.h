/// Trees walked on raw values, by the words of include/limpid/ensemble.h. Slow, obvious, and independent of bins.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "limpid/ensemble.h"

namespace limpid::reference {

/// Does the row go left at this inner node? `x`: [M] raw values, NaN is missing.
[[nodiscard]] bool goes_left(Ensemble const& ensemble, Tree const& tree, std::size_t node, std::span<double const> x);

/// The leaf that the row reaches.
[[nodiscard]] std::size_t leaf_of(Ensemble const& ensemble, Tree const& tree, std::span<double const> x);

/// [G] base margin + leaf value * tree weight, tree after tree in double.
[[nodiscard]] std::vector<double> margin(Ensemble const& ensemble, std::span<double const> x);

/// [G] margins -> responses, by the standard library's exp.
[[nodiscard]] std::vector<double> link(Link link, std::vector<double> margins);

/// x on the features whose bit is set in `coalition`, z elsewhere.
[[nodiscard]] std::vector<double> hybrid(std::span<double const> x, std::span<double const> z, std::uint64_t coalition);

}  // namespace limpid::reference
