/// A model with categories of texts, of numbers and of codes, and files for it.
#pragma once

#include "io_support.h"

namespace limpid::test {

class CategoryRows : public testing::Test {
 protected:
  CategoryRows() {
    model.features[1].kind = FeatureKind::kCategorical;
    model.features[1].categories = {"north", "south", "west", "NA"};
    model.features[2].kind = FeatureKind::kCategorical;
    model.features[2].categories = {"10", "20"};
    model.features[2].numeric_categories = true;
    model.features[3].kind = FeatureKind::kCategorical;  // codes
  }
  [[nodiscard]] ReadOptions file(std::string_view text) const {
    ReadOptions options;
    options.path = folder.write("rows.csv", text);
    return options;
  }
  void expect(std::string_view text, ExpectedError const& error) const {
    expect_error([&] { static_cast<void>(read_rows(file(text), model)); }, error);
  }
  TemporaryFolder folder;
  Ensemble model = named_model({"x", "region", "size", "code"});
};

inline constexpr char const* kHeader = "region,x,size,code\n";

}  // namespace limpid::test
