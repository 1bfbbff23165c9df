/// What the loaders of JSON-like documents share: the place they are at, and objects whose keys may come in any order
/// but only once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/document_reader.h"

namespace limpid::model {

/// Where the reader is, for messages; still there after it threw.
struct Place {
  std::string key;
  std::int64_t tree = -1;
  [[nodiscard]] std::string text() const;
};

class ObjectReader {
 public:
  ObjectReader(DocumentReader& in, Place& place) : in_(in), place_(place) {}

 protected:
  static constexpr std::size_t kMaxKeys = 64;

  /// each_key that keeps the place and refuses a key that comes twice. Objects whose keys are the user's (attributes)
  /// do not come here, so the list stays short.
  template <class Use>
  void each(std::string const& path, Use&& use) {
    std::vector<std::string> keys;
    each_key(in_, [&](std::string const& key) {
      place_.key = path + key;
      check_new(keys, key);
      use(key);
    });
  }

  [[noreturn]] void fail(std::string const& message) const;
  void read_strings(std::vector<std::string>& out);

  DocumentReader& in_;
  Place& place_;

 private:
  void check_new(std::vector<std::string>& keys, std::string const& key) const;
};

}  // namespace limpid::model
