/// How plan_columns works: matching in columns.cpp, what it says when nothing matches in column_errors.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/columns.h"

namespace limpid {

class ColumnPlanner {
 public:
  ColumnPlanner(DataHead const& head, ReadOptions const& options, Ensemble const& ensemble)
      : head_(head),
        options_(options),
        ensemble_(ensemble),
        used_(static_cast<std::size_t>(head.column_count), false) {}

  ColumnPlan plan();
  ColumnPlan plan_all();
  [[nodiscard]] std::int32_t resolve(char const* option, std::string const& spec) const;

 private:
  [[noreturn]] void fail(std::string const& message, std::string hint) const;
  [[nodiscard]] std::string where() const;
  [[nodiscard]] TakenOptions taken() const { return {options_.id.has_value(), options_.label.has_value()}; }
  [[nodiscard]] bool by_name() const { return ensemble_.named_features && !head_.names.empty(); }
  [[nodiscard]] bool is_background() const { return options_.role == "--background"; }
  [[nodiscard]] std::size_t features() const { return ensemble_.features.size(); }
  [[nodiscard]] std::string hint_for_one_column() const;

  void check_header() const;
  [[nodiscard]] std::int32_t find(std::string const& spec) const;
  [[nodiscard]] std::vector<std::int32_t> columns_left() const;
  void take_named_columns();
  void match_by_name();
  [[noreturn]] void fail_missing(std::vector<std::string> const& missing) const;
  [[noreturn]] void fail_unknown(std::vector<std::int32_t> const& unknown) const;
  void match_by_position();
  [[noreturn]] void fail_count(std::vector<std::int32_t> const& left) const;
  void name_features();
  void check_index_column() const;

  DataHead const& head_;
  ReadOptions const& options_;
  Ensemble const& ensemble_;
  std::vector<bool> used_;  ///< [columns] named by --id, --label or --exclude
  ColumnPlan plan_;
};

}  // namespace limpid
