#include "io/first_rows.h"

#include <algorithm>
#include <utility>

namespace limpid {
namespace {

class FirstRows final : public RowSource {
 public:
  FirstRows(std::unique_ptr<RowSource> source, std::int64_t most_rows) : source_(std::move(source)), left_(most_rows) {}

  [[nodiscard]] DataSchema const& schema() const override { return source_->schema(); }
  [[nodiscard]] std::vector<UnseenTexts> unseen() const override { return source_->unseen(); }
  [[nodiscard]] std::string sha256() override { return source_->sha256(); }

  [[nodiscard]] bool next(std::int64_t max_rows, RowChunk& chunk) override {
    if (left_ == 0 || !source_->next(std::min(max_rows, left_), chunk)) return false;
    left_ -= chunk.rows;
    return true;
  }

 private:
  std::unique_ptr<RowSource> source_;
  std::int64_t left_;
};

}  // namespace

std::unique_ptr<RowSource> first_rows(std::unique_ptr<RowSource> source, std::int64_t most_rows) {
  return std::make_unique<FirstRows>(std::move(source), most_rows);
}

}  // namespace limpid
