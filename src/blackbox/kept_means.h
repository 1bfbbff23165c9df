/// Values of coalitions that were scored, of rows whose errors may turn out too large: their larger designs then ask
/// for the others alone. Those that do not fit the memory are forgotten, and scored again.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace limpid {

class KeptMeans {
 public:
  explicit KeptMeans(std::int64_t memory_bytes) : memory_bytes_(memory_bytes) {}

  /// Of the game of a row with the background from row z on.
  void put(std::int64_t row, std::int64_t z, std::vector<double> const& means) {
    if (bytes_ + bytes_of(means) > memory_bytes_) return;
    bytes_ += bytes_of(means);
    means_[{row, z}] = means;
  }
  /// Empty: it was not kept. It is not kept any longer.
  [[nodiscard]] std::vector<double> take(std::int64_t row, std::int64_t z) {
    auto const it = means_.find({row, z});
    if (it == means_.end()) return {};
    bytes_ -= bytes_of(it->second);
    auto out = std::move(it->second);
    means_.erase(it);
    return out;
  }
  void forget_row(std::int64_t row) {
    for (auto it = means_.lower_bound({row, 0}); it != means_.end() && it->first.first == row;) {
      bytes_ -= bytes_of(it->second);
      it = means_.erase(it);
    }
  }
  void clear() {
    means_.clear();
    bytes_ = 0;
  }

 private:
  [[nodiscard]] static std::int64_t bytes_of(std::vector<double> const& means) noexcept {
    constexpr std::int64_t kEntry = 128;  // what a map and an allocation take beside them
    return static_cast<std::int64_t>(means.size() * sizeof(double)) + kEntry;
  }

  std::int64_t memory_bytes_;
  std::int64_t bytes_ = 0;
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<double>> means_;  ///< by row and z
};

}  // namespace limpid
