#include "model/object_reader.h"

#include <fmt/core.h>

#include <algorithm>

namespace limpid::model {

std::string Place::text() const {
  if (tree < 0) return key;
  return key.empty() ? fmt::format("tree {}", tree) : fmt::format("tree {}, {}", tree, key);
}

void ObjectReader::fail(std::string const& message) const { throw ReadError{message, in_.offset(), false}; }

void ObjectReader::check_new(std::vector<std::string>& keys, std::string const& key) const {
  if (std::find(keys.begin(), keys.end(), key) != keys.end()) fail(fmt::format("'{}' appears twice", place_.key));
  if (keys.size() == kMaxKeys) fail(fmt::format("more than {} keys in one object", kMaxKeys));
  keys.push_back(key);
}

void ObjectReader::read_strings(std::vector<std::string>& out) {
  out.clear();
  in_.open_array();
  while (in_.next_element()) in_.read_string(out.emplace_back());
}

}  // namespace limpid::model
