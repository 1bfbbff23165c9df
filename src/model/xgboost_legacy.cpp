/// XGBoost's legacy binary format, which 0.90 to 3.0 write: C structs one after the other, little-endian. 0.90 to 1.2
/// begin with the parameters, later versions with `binf`. Sizes and offsets: src/learner.cc, src/gbm/gbtree_model.h and
/// include/xgboost/tree_model.h of those versions.
///     "binf" | learner 136 bytes | objective | booster | forest 160 bytes | trees | tree_info | DART weights |
///     attributes | 0.90: count:poisson's max_delta_step, metrics
/// A tree: 148 bytes of parameters, 20 per node, 16 of statistics per node. Texts and lists are behind a 64-bit length.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "model/byte_reader.h"
#include "model/document_reader.h"
#include "model/loaders.h"
#include "model/xgboost_document.h"

namespace limpid::model {
namespace {

constexpr std::size_t kLearnerInts = 34;
constexpr std::size_t kForestInts = 40;
constexpr std::size_t kTreeInts = 37;
constexpr std::size_t kNodeBytes = 20 + 16;

class LegacyReader {
 public:
  explicit LegacyReader(ModelBytes const& model) : model_(model), in_(model.bytes) {}

  XgboostDocument read() {
    if (in_.starts_with("binf")) in_.skip(4);
    auto const flags = read_learner();
    doc_.objective = read_text("the objective");
    doc_.booster = read_text("the booster");
    if (doc_.objective.starts_with("gpu:")) doc_.objective.erase(0, 4);  // up to 0.90; the same objectives
    doc_.has_learner = doc_.has_booster = true;
    if (doc_.booster != "gbtree" && doc_.booster != "dart") return std::move(doc_);  // refused by its name
    read_forest();
    if (doc_.booster == "dart" && !doc_.trees.empty()) read_weights();
    if (flags.attributes) read_attributes();
    if (doc_.version[0] == 0) {
      if (doc_.objective == "count:poisson") static_cast<void>(read_text("max_delta_step"));
      if (flags.metrics) read_metrics();
    }
    place_ = {};
    if (in_.left() != 0) fail(fmt::format("{} bytes behind the model", in_.left()));
    return std::move(doc_);
  }

  [[nodiscard]] std::string place() const { return place_.text(); }

 private:
  struct Flags {
    bool attributes;
    bool metrics;
  };

  [[noreturn]] void fail(std::string const& message) const { throw ReadError{message, in_.offset(), false}; }

  /// float base_score, then integers: num_feature, num_class, contain_extra_attrs, contain_eval_metrics, and from 1.0
  /// major_version, minor_version, from 1.7 num_target, which were zeros before.
  Flags read_learner() {
    place_.key = "the parameters";
    in_.need(kLearnerInts * 4);
    float const base_score = in_.take<float>();
    std::array<std::int32_t, kLearnerInts - 1> values{};
    for (auto& value : values) value = in_.take<std::int32_t>();
    auto const major = values[4];
    auto const minor = values[5];
    doc_.legacy = true;
    doc_.version = {major, minor};
    doc_.base_score = fmt::format("{}", base_score);
    doc_.num_feature = std::to_string(static_cast<std::uint32_t>(values[0]));
    doc_.num_class = std::to_string(values[1]);
    doc_.num_target = std::to_string(std::max(values[6], 1));
    return {values[2] != 0, values[3] != 0};
  }

  /// Integers: num_trees, and from 1.6 num_parallel_tree, which was the number of roots before.
  void read_forest() {
    place_.key = "the forest's parameters";
    in_.need(kForestInts * 4);
    auto const trees = in_.take<std::int32_t>();
    auto const parallel = in_.take<std::int32_t>();
    in_.skip((kForestInts - 2) * 4);
    if (doc_.version[0] > 1 || (doc_.version[0] == 1 && doc_.version[1] >= 6))
      doc_.num_parallel_tree = std::to_string(parallel);
    if (trees < 0 || static_cast<std::size_t>(trees) > in_.left() / (kTreeInts * 4 + kNodeBytes + 4))
      throw ReadError{fmt::format("{} trees had to come", trees), model_.bytes.size(), trees > 0};
    doc_.num_trees = std::to_string(trees);
    doc_.has_trees = true;
    for (place_ = {{}, 0}; place_.tree < trees; ++place_.tree) {
      read_tree();
      if (model_.consumed) model_.consumed(in_.offset());
    }
    place_ = {"tree_info", -1};
    in_.need(static_cast<std::size_t>(trees) * 4);
    for (std::int32_t t = 0; t < trees; ++t) doc_.tree_info.push_back(in_.take<std::int32_t>());
  }

  /// Integers: roots, num_nodes, num_deleted, max_depth, num_feature, size_leaf_vector, reserved ones.
  void read_tree() {
    in_.need(kTreeInts * 4);
    in_.skip(4);
    raw_.num_nodes = in_.take<std::int32_t>();
    raw_.num_deleted = in_.take<std::int32_t>();
    in_.skip(8);
    raw_.leaf_size = in_.take<std::int32_t>();
    in_.skip((kTreeInts - 6) * 4);
    if (raw_.num_nodes < 1) fail(fmt::format("num_nodes is {}", raw_.num_nodes));
    if (raw_.leaf_size > 1) fail(fmt::format("leaves of {} values, which the format cannot hold", raw_.leaf_size));
    auto const nodes = static_cast<std::size_t>(raw_.num_nodes);
    in_.need(nodes, kNodeBytes);
    for (auto* const array : {&raw_.left, &raw_.right, &raw_.feature}) array->resize(nodes);
    raw_.conditions.resize(nodes);
    raw_.hessian.resize(nodes);
    raw_.default_left.resize(nodes);
    for (std::size_t n = 0; n < nodes; ++n) read_node(n);
    for (std::size_t n = 0; n < nodes; ++n) {
      in_.skip(4);  // loss_chg
      raw_.hessian[n] = in_.take<float>();
      in_.skip(8);  // base_weight, leaf_child_cnt
    }
    doc_.add_tree(raw_, model_.name);
  }

  /// parent, left, right, feature with the default direction in its highest bit, then threshold or leaf value.
  void read_node(std::size_t n) {
    in_.skip(4);
    raw_.left[n] = in_.take<std::int32_t>();
    raw_.right[n] = in_.take<std::int32_t>();
    auto const index = in_.take<std::uint32_t>();
    raw_.default_left[n] = static_cast<std::uint8_t>(index >> 31U);
    raw_.feature[n] = static_cast<std::int32_t>(index & 0x7fffffffU);
    raw_.conditions[n] = in_.take<float>();
  }

  void read_weights() {
    place_ = {"weight_drop", -1};
    auto const count = read_length(4);
    for (std::size_t i = 0; i < count; ++i) doc_.weight_drop.push_back(in_.take<float>());
  }

  void read_attributes() {
    place_ = {"the attributes", -1};
    auto const count = read_length(16);
    for (std::size_t i = 0; i < count; ++i) {
      std::string const key = read_text("an attribute");
      std::string value = read_text("an attribute");
      if (key == "best_iteration")
        doc_.best_iteration = std::move(value);
      else if (key == "best_ntree_limit")
        doc_.best_ntree_limit = std::move(value);
    }
  }

  void read_metrics() {
    place_ = {"the metrics", -1};
    auto const count = read_length(8);
    for (std::size_t i = 0; i < count; ++i) static_cast<void>(read_text("a metric"));
  }

  /// A count of things of at least `size` bytes each, which are there.
  std::size_t read_length(std::size_t size) {
    in_.need(8);
    auto const length = in_.take<std::uint64_t>();
    in_.need(length, size);
    return static_cast<std::size_t>(length);
  }

  std::string read_text(char const* what) {
    place_ = {what, -1};
    auto const length = read_length(1);
    return std::string(in_.take_bytes(length));
  }

  ModelBytes const& model_;
  ByteReader in_;
  XgboostDocument doc_;
  XgboostRawTree raw_;
  Place place_;
};

}  // namespace

Ensemble read_xgboost_legacy(ModelBytes const& model) {
  LegacyReader reader(model);
  XgboostDocument document;
  try {
    document = reader.read();
  } catch (ReadError const& error) {
    fail_to_read(error, reader.place(), model);
  }
  return assemble_xgboost(std::move(document), model, "binary");
}

}  // namespace limpid::model
