/// What the readers of an XGBoost document's parts share: the place they are at, duplicate keys, parameters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/xgboost_document.h"

namespace limpid::model {

class PartReader {
 public:
  PartReader(DocumentReader& in, XgboostDocument& document, Place& place) : in_(in), doc_(document), place_(place) {}

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
  void unknown();                           ///< notes the key and skips its value
  void read_parameter(std::string& text);   ///< a string; a bare number where another program rewrote the file
  [[nodiscard]] std::int64_t read_count();  ///< a parameter that is a whole number
  void read_strings(std::vector<std::string>& out);

  DocumentReader& in_;
  XgboostDocument& doc_;
  Place& place_;

 private:
  void check_new(std::vector<std::string>& keys, std::string const& key) const;
};

/// Reads the arrays of one tree after another.
class TreeReader : private PartReader {
 public:
  using PartReader::PartReader;
  [[nodiscard]] XgboostRawTree const& read();

 private:
  void start();
  void read_key(std::string const& name);
  void read_parameters();

  XgboostRawTree raw_;
  std::uint32_t seen_ = 0;  ///< bit i: key i of the table was there
};

}  // namespace limpid::model
