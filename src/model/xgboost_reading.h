/// What the readers of an XGBoost document's parts share.
#pragma once

#include <cstdint>
#include <string>

#include "model/xgboost_document.h"

namespace limpid::model {

class PartReader : protected ObjectReader {
 public:
  PartReader(DocumentReader& in, XgboostDocument& document, Place& place) : ObjectReader(in, place), doc_(document) {}

 protected:
  void unknown();                           ///< notes the key and skips its value
  void read_parameter(std::string& text);   ///< a string; a bare number where another program rewrote the file
  [[nodiscard]] std::int64_t read_count();  ///< a parameter that is a whole number

  XgboostDocument& doc_;
};

/// Reads the re-coder's categories.
class CategoryReader : private PartReader {
 public:
  using PartReader::PartReader;
  void read(std::string const& path);

 private:
  void read_feature(std::string const& path);
  void take_texts(std::vector<std::int64_t> const& offsets, std::vector<std::int64_t> const& values);
  void take_numbers(std::int64_t type, std::vector<std::int64_t> const& values);
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
  std::uint32_t seen_ = 0;           ///< bit i: key i of the table was there
  std::size_t base_weights_at_ = 0;  ///< offset of the array, which is skipped at first
};

}  // namespace limpid::model
