/// limpid's own JSON (docs/model_json.md): what the file says, before its parts are checked against each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "limpid/ensemble.h"
#include "model/object_reader.h"

namespace limpid::model {

inline constexpr char const* kLimpidAdvice = "write the file again; docs/model_json.md says what each field holds";

struct LimpidDocument {
  std::int64_t schema = -1;  ///< limpid_model
  Ensemble ensemble;         ///< trees and features as they will stay, and what is a number or a text
  std::string link = "identity";
  std::string input = "float64";
  std::string split;
  std::string unseen = "error";
  std::string missing = "allowed";
  std::string sums = "float64";
  bool has_features = false;
  bool has_trees = false;
  std::vector<std::string> unknown_keys;  ///< "trees/novelty"
};

/// Base of the readers of the document's parts.
class LimpidPart : protected ObjectReader {
 public:
  LimpidPart(DocumentReader& in, LimpidDocument& document, Place& place) : ObjectReader(in, place), doc_(document) {}

 protected:
  void unknown(std::string const& key);  ///< notes it and skips its value
  [[nodiscard]] double read_finite();
  [[nodiscard]] bool read_flag();
  [[nodiscard]] std::int64_t read_index(std::int64_t end);  ///< 0 to end - 1

  LimpidDocument& doc_;
};

/// Reads one tree after another into the ensemble, checked by shape_tree; vector leaves as one tree per value.
class LimpidTreeReader : private LimpidPart {
 public:
  LimpidTreeReader(DocumentReader& in, LimpidDocument& document, Place& place, std::string const& file)
      : LimpidPart(in, document, place), file_(file) {}
  void read();

 private:
  [[noreturn]] void fail_here(std::string const& message) const;
  void read_key(std::string const& key);
  void read_sets();
  void check_sizes();
  template <class T>
  void complete(char const* name, std::vector<T>& values, bool optional, T filler) const;
  void turn_sets();
  void check_outputs();
  void add();

  std::string const& file_;
  Tree tree_;
  std::size_t outputs_ = 1;  // values per node
  std::size_t copied_ = 0;   // category codes that vector leaves made more than once
  bool has_output_ = false;
};

/// Throws ReadError and Error model.tree. `consumed(offset)` is called after each tree.
void read_limpid_document(DocumentReader& in, LimpidDocument& document, Place& place, std::string const& file,
                          std::function<void(std::size_t)> const& consumed);

}  // namespace limpid::model
