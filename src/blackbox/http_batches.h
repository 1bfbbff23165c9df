/// Which rows are to be asked for, and when: new ones in order, those of failed requests again.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace limpid {

/// Rows [first, first + rows) of a call, in one request.
struct RowBatch {
  std::int64_t first = 0;
  std::int64_t rows = 0;
  std::int32_t tries = 0;     ///< requests that failed
  std::int32_t timeouts = 0;  ///< of them without an answer in time
  double not_before = 0.0;    ///< seconds on the caller's clock
};

class RowBatches {
 public:
  RowBatches(std::int64_t rows, std::int64_t per_request) : rows_(rows), per_request_(per_request) {}

  /// What may be asked for now, as many rows as a request has: those of failed requests first. Nothing: all waits, or
  /// is in flight, or answered.
  [[nodiscard]] std::optional<RowBatch> take(double now) {
    for (auto each = again_.begin(); each != again_.end(); ++each) {
      if (each->not_before > now) continue;
      auto out = *each;
      if (out.rows > per_request_) {
        out.rows = per_request_;
        each->first += per_request_;
        each->rows -= per_request_;
      } else {
        again_.erase(each);
      }
      return out;
    }
    if (next_ == rows_ || now < hold_until_) return std::nullopt;
    RowBatch out;
    out.first = next_;
    out.rows = rows_ - next_ < per_request_ ? rows_ - next_ : per_request_;
    next_ += out.rows;
    return out;
  }

  /// The rest of a batch that did not fit into one request.
  void put_back(RowBatch const& rest) { again_.push_front(rest); }
  /// After a failure; `for_all`: the endpoint is busy, so that new rows wait too.
  void retry(RowBatch const& batch, bool for_all) {
    again_.push_back(batch);
    if (for_all && batch.not_before > hold_until_) hold_until_ = batch.not_before;
  }
  void limit(std::int64_t per_request) { per_request_ = per_request; }

 private:
  std::int64_t rows_;
  std::int64_t per_request_;
  std::int64_t next_ = 0;
  double hold_until_ = 0.0;
  std::deque<RowBatch> again_;
};

}  // namespace limpid
