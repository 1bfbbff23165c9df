#include "reference/random_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace limpid::reference {
namespace {

constexpr std::int32_t kLastCode = std::numeric_limits<std::int32_t>::max();

std::vector<std::int32_t> random_set(ModelShape const& shape, Random& random) {
  std::vector<std::int32_t> set;
  double const share = 0.1 + 0.6 * random.uniform();
  for (std::int32_t code = 0; code < shape.categories; ++code) {
    if (random.chance(share)) set.push_back(code);
  }
  if (random.chance(0.05)) set.clear();
  if (shape.category_cut == CategoryCut::kTowardsZero && random.chance(0.2)) set.push_back(kLastCode);
  return set;
}

class TreeMaker {
 public:
  TreeMaker(ModelShape const& shape, std::vector<std::vector<double>> const& thresholds, Random& random)
      : shape_(shape), thresholds_(thresholds), random_(random) {}

  /// Breadth first, so that children follow their parent.
  Tree make() {
    add_node(shape_.covers ? 1.0 + 100.0 * random_.uniform() : 0.0);
    std::vector<std::int32_t> depth{0};
    for (std::size_t n = 0; n < tree_.left.size(); ++n) {
      bool const leaf = depth[n] == shape_.depth || random_.chance(shape_.leaf_early);
      if (leaf) {
        tree_.value[n] = shape_.leaf_scale * (2.0 * random_.uniform() - 1.0);
        continue;
      }
      split(n);
      depth.push_back(depth[n] + 1);
      depth.push_back(depth[n] + 1);
    }
    if (!shape_.covers) tree_.cover.clear();
    if (!tree_.zero_missing.empty()) tree_.zero_missing.resize(tree_.left.size());
    return std::move(tree_);
  }

 private:
  std::int32_t add_node(double cover) {
    tree_.left.push_back(-1);
    tree_.right.push_back(-1);
    tree_.feature.push_back(-1);
    tree_.threshold.push_back(0.0);
    tree_.missing_left.push_back(0);
    tree_.category_set.push_back(-1);
    tree_.value.push_back(0.0);
    tree_.cover.push_back(cover);
    return static_cast<std::int32_t>(tree_.left.size()) - 1;
  }

  void split(std::size_t n) {
    std::int32_t const feature = random_.below(shape_.features);
    double const share = random_.chance(shape_.zero_cover) ? 0.0 : 0.05 + 0.9 * random_.uniform();
    double const cover = tree_.cover[n];
    bool const empty_tree = random_.chance(shape_.zero_cover);
    tree_.left[n] = add_node(empty_tree ? 0.0 : cover * share);
    tree_.right[n] = add_node(empty_tree ? 0.0 : cover - cover * share);
    tree_.feature[n] = feature;
    tree_.missing_left[n] = random_.chance(0.5) ? 1 : 0;
    if (shape_.zero_missing > 0.0) {
      tree_.zero_missing.resize(tree_.left.size());
      tree_.zero_missing[n] = random_.chance(shape_.zero_missing) ? 1 : 0;
    }
    if (feature < shape_.features - shape_.categorical) {
      auto const& from = thresholds_[static_cast<std::size_t>(feature)];
      tree_.threshold[n] = from[static_cast<std::size_t>(random_.below(static_cast<std::int32_t>(from.size())))];
    } else {
      tree_.category_set[n] = static_cast<std::int32_t>(tree_.sets.size());
      tree_.sets.push_back(random_set(shape_, random_));
    }
  }

  ModelShape const& shape_;
  std::vector<std::vector<double>> const& thresholds_;
  Random& random_;
  Tree tree_;
};

std::vector<double> random_thresholds(ModelShape const& shape, Random& random) {
  std::vector<double> values;
  for (std::int32_t i = 0; i < shape.thresholds; ++i) {
    double value = 4.0 * random.uniform() - 2.0;
    if (random.chance(0.03)) value = 0.0;
    if (random.chance(0.02)) value = -0.0;
    if (random.chance(0.02)) value = 1e-40 * (2.0 * random.uniform() - 1.0);  // denormal as float32
    if (random.chance(0.02)) value = 1e30 * (2.0 * random.uniform() - 1.0);
    if (shape.input_cast == InputCast::kFloat32) value = static_cast<double>(static_cast<float>(value));
    values.push_back(value);
  }
  return values;
}

double random_category(ModelShape const& shape, Random& random) {
  double const code = random.below(shape.categories + 2);
  if (random.chance(0.05)) return -0.3;
  if (random.chance(0.03)) return -0.0;
  if (random.chance(0.03)) return -2.0;
  if (random.chance(0.03)) return 16777216.0 + code;
  if (random.chance(0.03)) return 1e300;
  return random.chance(0.1) ? code + 0.9 : code;
}

/// Codes at the ends of LightGBM's range.
double random_last_category(Random& random) {
  double const ends[] = {-0.5, -1.0, -0.999999, 16777216.0, 2147483647.0, 2147483647.5, 2147483648.0};
  return ends[random.below(7)];
}

/// Zeros, and what is just not zero.
double random_zero(Random& random) {
  double const beyond = std::nextafter(kLargestZero, 1.0);
  double const zeros[] = {0.0, -0.0, kLargestZero, -kLargestZero, beyond, -beyond, 1e-40};
  return zeros[random.below(7)];
}

double random_value(std::vector<double> const& thresholds, Random& random) {
  if (thresholds.empty() || random.chance(0.3)) return 5.0 * random.uniform() - 2.5;
  double const on = thresholds[static_cast<std::size_t>(random.below(static_cast<std::int32_t>(thresholds.size())))];
  double const infinity = std::numeric_limits<double>::infinity();
  switch (random.below(8)) {
    case 0:
      return std::nextafter(on, infinity);
    case 1:
      return std::nextafter(on, -infinity);
    case 2:
      return static_cast<double>(std::nextafter(static_cast<float>(on), std::numeric_limits<float>::infinity()));
    case 3:
      return static_cast<double>(std::nextafter(static_cast<float>(on), -std::numeric_limits<float>::infinity()));
    default:
      return on;
  }
}

double odd_value(Random& random) {
  double const odd[] = {0.0, -0.0, 1e-310, -1e-310, 1e-42, -1e-42, 3e38, -3e38, 1e300, -1e300};
  return odd[random.below(10)];
}

}  // namespace

Ensemble random_ensemble(ModelShape const& shape, Random& random) {
  Ensemble ensemble;
  ensemble.library = "random";
  ensemble.link = shape.link;
  ensemble.input_cast = shape.input_cast;
  ensemble.category_cut = shape.category_cut;
  ensemble.divisor = shape.divisor;
  for (std::int32_t g = 0; g < shape.outputs; ++g) ensemble.base_margin.push_back(random.uniform() - 0.5);
  std::vector<std::vector<double>> thresholds;
  for (std::int32_t f = 0; f < shape.features; ++f) {
    bool const numeric = f < shape.features - shape.categorical;
    ensemble.features.emplace_back().kind = numeric ? FeatureKind::kNumeric : FeatureKind::kCategorical;
    thresholds.push_back(random_thresholds(shape, random));
  }
  for (std::int32_t t = 0; t < shape.trees; ++t) {
    Tree tree = TreeMaker(shape, thresholds, random).make();
    tree.output = t % shape.outputs;
    tree.round = t / shape.outputs;
    if (random.chance(0.1)) tree.weight = 0.5 + random.uniform();  // as in DART
    ensemble.trees.push_back(std::move(tree));
  }
  ensemble.trees_per_round = shape.outputs;
  ensemble.rounds = (shape.trees + shape.outputs - 1) / shape.outputs;
  return ensemble;
}

ModelShape grid_shape(std::uint64_t i, Random& random, double budget_leaves) {
  constexpr std::int32_t kTrees[] = {1, 2, 5, 20, 100, 500, 2000};
  constexpr std::int32_t kDepths[] = {1, 2, 3, 4, 6, 8, 10, 12, 16};
  constexpr std::int32_t kFeatures[] = {1, 2, 4, 7, 10, 12, 20, 40};
  constexpr Link kLinks[] = {Link::kIdentity, Link::kSigmoid,      Link::kExp,
                             Link::kSoftmax,  Link::kSignedSquare, Link::kSoftplus};
  ModelShape shape;
  shape.depth = kDepths[i % std::size(kDepths)];
  shape.trees = kTrees[random.below(static_cast<std::int32_t>(std::size(kTrees)))];
  shape.features = kFeatures[random.below(static_cast<std::int32_t>(std::size(kFeatures)))];
  shape.link = kLinks[random.below(static_cast<std::int32_t>(std::size(kLinks)))];
  shape.outputs = shape.link == Link::kSoftmax ? 2 + random.below(3) : (random.chance(0.2) ? 2 : 1);
  shape.input_cast = random.chance(0.2) ? InputCast::kFloat64 : InputCast::kFloat32;
  shape.thresholds = random.chance(0.2) ? 600 : 1 + random.below(60);
  if (random.chance(0.4)) shape.categorical = 1 + random.below(std::min(shape.features, 3));
  shape.categories = random.chance(0.25) ? 400 : 2 + random.below(30);
  shape.leaf_early = random.chance(0.3) ? 0.5 : 0.1;
  shape.zero_cover = random.chance(0.3) ? 0.1 : 0.0;
  shape.leaf_scale = 2.0 / std::sqrt(static_cast<double>(shape.trees));
  // Nodes survive a level with chance 1 - leaf_early: keep trees x leaves within the budget, depth first.
  double const leaves = std::pow(2.0 * (1.0 - shape.leaf_early), shape.depth);
  if (leaves > budget_leaves) {
    shape.leaf_early = std::min(0.45, 1.0 - 0.5 * std::pow(budget_leaves, 1.0 / shape.depth));
  }
  double const now = std::max(1.0, std::pow(2.0 * (1.0 - shape.leaf_early), shape.depth));
  shape.trees = std::clamp(static_cast<std::int32_t>(budget_leaves / now), 1, shape.trees);
  return shape;
}

std::vector<double> Rows::row(std::int64_t r) const {
  std::vector<double> x;
  for (std::int64_t f = 0; f < features; ++f) x.push_back(values[static_cast<std::size_t>(f * stride + r)]);
  return x;
}

Players random_players(std::size_t features, Random& random) {
  Players players;
  for (std::size_t f = 0; f < features; ++f) {
    bool const joins = players.count() > 0 && random.chance(0.6);
    players.of_feature.push_back(joins ? random.below(players.count()) : players.count());
    if (!joins) players.names.push_back("p" + std::to_string(players.count()));
  }
  return players;
}

Rows random_rows(Ensemble const& ensemble, std::int64_t rows, Random& random) {
  Rows result;
  result.rows = rows;
  result.stride = (rows + 63) / 64 * 64;
  result.features = static_cast<std::int32_t>(ensemble.features.size());
  result.values.resize(static_cast<std::size_t>(result.features * result.stride), -7.0);
  std::vector<std::vector<double>> thresholds(ensemble.features.size());
  ModelShape shape;
  shape.categories = 2;
  bool zeros = false;
  for (Tree const& tree : ensemble.trees) {
    for (std::size_t n = 0; n < tree.left.size(); ++n) {
      if (tree.left[n] >= 0 && tree.category_set[n] < 0) {
        thresholds[static_cast<std::size_t>(tree.feature[n])].push_back(tree.threshold[n]);
      }
    }
    for (auto const& set : tree.sets) {
      for (std::int32_t const code : set) {
        if (code != kLastCode) shape.categories = std::max(shape.categories, code + 1);
      }
    }
    zeros = zeros || !tree.zero_missing.empty();
  }
  for (std::size_t f = 0; f < ensemble.features.size(); ++f) {
    for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
      double& value = result.values[f * static_cast<std::size_t>(result.stride) + r];
      value = ensemble.features[f].kind == FeatureKind::kCategorical ? random_category(shape, random)
                                                                     : random_value(thresholds[f], random);
      if (random.chance(0.05)) value = odd_value(random);
      if (zeros && random.chance(0.2)) value = random_zero(random);
      bool const codes = ensemble.features[f].kind == FeatureKind::kCategorical;
      if (codes && ensemble.category_cut == CategoryCut::kTowardsZero && random.chance(0.2)) {
        value = random_last_category(random);
      }
      if (random.chance(0.1)) value = std::numeric_limits<double>::quiet_NaN();
    }
  }
  return result;
}

}  // namespace limpid::reference
