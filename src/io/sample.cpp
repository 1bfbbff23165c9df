#include "io/sample.h"

#include <algorithm>
#include <utility>

#include "io/text_dictionary.h"
#include "limpid/error.h"

namespace limpid {
namespace {

constexpr std::int64_t kChunkRows = 4096;
constexpr std::int64_t kStrideRows = 64;

std::int64_t round_up(std::int64_t rows) noexcept { return (rows + kStrideRows - 1) / kStrideRows * kStrideRows; }

/// The `count` rows with the smallest hashes so far, each in a slot of its own.
class SmallestRows {
 public:
  SmallestRows(std::int64_t count, std::uint64_t seed) : count_(static_cast<std::size_t>(count)), seed_(seed) {}

  void offer(RowChunk const& chunk, std::size_t features) {
    for (std::int64_t r = 0; r < chunk.rows; ++r) {
      Ranked const ranked{sample_hash(seed_, chunk.first_row + r), chunk.first_row + r, heap_.size()};
      if (heap_.size() == count_ && !(ranked < heap_.front())) continue;
      std::size_t const slot = take_slot(ranked);
      values_.resize(std::max(values_.size(), (slot + 1) * features));
      for (std::size_t f = 0; f < features; ++f) values_[slot * features + f] = value(chunk, f, r);
    }
  }

  [[nodiscard]] Sample in_row_order(std::size_t features) {
    std::sort(heap_.begin(), heap_.end(), [](Ranked const& a, Ranked const& b) { return a.row < b.row; });
    Sample sample;
    sample.rows.rows = static_cast<std::int64_t>(heap_.size());
    sample.rows.stride = round_up(sample.rows.rows);
    auto const stride = static_cast<std::size_t>(sample.rows.stride);
    sample.rows.values.resize(features * stride);
    for (auto const& texts : texts_) sample.rows.texts.push_back(texts.texts());
    for (std::size_t i = 0; i < heap_.size(); ++i) {
      sample.row_numbers.push_back(heap_[i].row);
      for (std::size_t f = 0; f < features; ++f) {
        sample.rows.values[f * stride + i] = values_[heap_[i].slot * features + f];
      }
    }
    return sample;
  }

 private:
  struct Ranked {
    std::uint64_t hash;
    std::int64_t row;
    std::size_t slot;
    bool operator<(Ranked const& other) const noexcept {
      return hash != other.hash ? hash < other.hash : row < other.row;
    }
  };

  /// Texts get codes of ours: those of the chunk end with it. Few rows are ever taken, so that texts are few too.
  double value(RowChunk const& chunk, std::size_t f, std::int64_t r) {
    double const value = chunk.values[f * static_cast<std::size_t>(chunk.stride) + static_cast<std::size_t>(r)];
    if (chunk.texts.empty() || chunk.texts[f].empty()) return value;
    texts_.resize(chunk.texts.size());
    return static_cast<double>(texts_[f].code(chunk.texts[f][static_cast<std::size_t>(value)]));
  }

  /// A new slot, or that of the row that drops out.
  std::size_t take_slot(Ranked ranked) {
    if (heap_.size() == count_) {
      std::pop_heap(heap_.begin(), heap_.end());
      ranked.slot = heap_.back().slot;
      heap_.pop_back();
    }
    heap_.push_back(ranked);
    std::push_heap(heap_.begin(), heap_.end());
    return ranked.slot;
  }

  std::size_t count_;
  std::uint64_t seed_;
  std::vector<Ranked> heap_;    ///< the largest hash in front
  std::vector<double> values_;  ///< [slots x M]
  std::vector<TextDictionary> texts_;
};

}  // namespace

Sample sample_rows(ReadOptions const& options, Ensemble const& ensemble, std::int64_t count, std::uint64_t seed) {
  if (options.path == "-") {
    throw Error("usage.background", "a background sample needs a second pass over the data, standard input has one",
                "--data -", "name a file of background rows: --background FILE");
  }
  ReadOptions without_ids = options;
  if (options.id) without_ids.exclude.push_back(*options.id);
  without_ids.id.reset();
  auto const source = open_rows(without_ids, ensemble);
  SmallestRows smallest(count, seed);
  RowChunk chunk;
  std::int64_t total = 0;
  while (source->next(kChunkRows, chunk)) {
    smallest.offer(chunk, ensemble.features.size());
    total += chunk.rows;
  }
  Sample sample = smallest.in_row_order(ensemble.features.size());
  sample.total_rows = total;
  sample.schema = source->schema();
  sample.sha256 = source->sha256();
  return sample;
}

RowChunk read_all(RowSource& source) {
  std::vector<RowChunk> parts;
  RowChunk part;
  RowChunk all;
  while (source.next(kChunkRows, part)) {
    all.rows += part.rows;
    parts.push_back(std::move(part));
    part = {};
  }
  if (parts.empty()) return all;
  std::size_t const features = parts[0].values.size() / static_cast<std::size_t>(parts[0].stride);
  all.first_row = parts[0].first_row;
  all.stride = round_up(all.rows);
  all.values.resize(features * static_cast<std::size_t>(all.stride));
  std::vector<TextDictionary> texts(parts[0].texts.size());
  for (auto& piece : parts) {
    for (std::size_t f = 0; f < features; ++f) {
      auto const from = piece.values.begin() + static_cast<std::ptrdiff_t>(f) * piece.stride;
      auto const to =
          all.values.begin() + static_cast<std::ptrdiff_t>(f) * all.stride + piece.first_row - all.first_row;
      std::transform(from, from + piece.rows, to, [&](double value) {
        if (piece.texts.empty() || piece.texts[f].empty()) return value;
        return static_cast<double>(texts[f].code(piece.texts[f][static_cast<std::size_t>(value)]));
      });
    }
    std::move(piece.ids.begin(), piece.ids.end(), std::back_inserter(all.ids));
  }
  for (auto& dictionary : texts) all.texts.push_back(dictionary.take());
  return all;
}

}  // namespace limpid
