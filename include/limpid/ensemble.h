/// A tree ensemble as plain trees: what every model loader produces and the compiler reads. No family semantics are
/// left but thresholds, missing directions and the link.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace limpid {

/// kSignedSquare: sign(x) x^2 (LightGBM's reg_sqrt); kSoftplus: log(1 + e^x) (its cross_entropy_lambda).
enum class Link : std::uint8_t { kIdentity, kSigmoid, kSoftmax, kExp, kSignedSquare, kSoftplus };
/// kText: of a black box alone, any text, byte for byte.
enum class FeatureKind : std::uint8_t { kNumeric, kCategorical, kText };

/// How a raw value is cast before it meets a threshold: XGBoost compares float32, LightGBM double.
enum class InputCast : std::uint8_t { kFloat32, kFloat64 };

/// How a value becomes a category code.
enum class CategoryCut : std::uint8_t {
  kNonNegative,  ///< XGBoost: cut towards zero; what is negative before the cut, or 2^24 and above, is in no set
  kTowardsZero,  ///< LightGBM: cut towards zero, so that -0.5 is 0; what is then negative, or 2^31 and above, in no set
};

/// What a category text that the model does not know becomes.
enum class UnseenCategory : std::uint8_t {
  kError,    ///< XGBoost: its predict refuses it
  kMissing,  ///< LightGBM, scikit-learn
  kOther,    ///< CatBoost: a code (-1) in no set
};

/// Values of a magnitude up to this are zeros to a node that takes zero as missing: LightGBM's kZeroThreshold, 1e-35f.
inline constexpr double kLargestZero = 1.0000000180025095e-35;

struct Feature {
  std::string name;  ///< empty when the model has no names
  FeatureKind kind = FeatureKind::kNumeric;
  /// Categorical: the text of code c, as it stands in the data; empty: the data holds the codes themselves.
  std::vector<std::string> categories;
  bool numeric_categories = false;  ///< they are numbers: "3", "3.0" and "03" are one category
};

/// One decision tree, nodes in arrays [nodes], node 0 the root, every node reached exactly once from it, children
/// after their parent (loaders renumber; deleted nodes are gone).
struct Tree {
  std::vector<std::int32_t> left;               ///< child when the node's test holds; -1: a leaf
  std::vector<std::int32_t> right;              ///< child otherwise; -1: a leaf
  std::vector<std::int32_t> feature;            ///< tested feature; -1 at leaves
  std::vector<double> threshold;                ///< numeric test: value < threshold goes left (`<=` models: nextafter)
  std::vector<std::uint8_t> missing_left;       ///< 1: NaN goes left
  std::vector<std::uint8_t> zero_missing;       ///< 1: zeros (kLargestZero) go where NaN goes; empty: at no node
  std::vector<std::int32_t> category_set;       ///< categorical test: index into `sets`; -1: numeric
  std::vector<double> value;                    ///< leaves: value in margin space, before `weight`; else 0
  std::vector<double> cover;                    ///< training weight that reached the node; empty: the file has none
  std::vector<std::vector<std::int32_t>> sets;  ///< sorted category codes that go RIGHT; every other code goes left
  double weight = 1.0;                          ///< DART
  std::int32_t output = 0;                      ///< which output the leaves add to, 0..outputs-1
  std::int32_t round = 0;                       ///< boosting round
};

struct Ensemble {
  std::string library;     ///< "xgboost", "lightgbm", "catboost", "scikit-learn" or another's name
  std::string version;     ///< "3.2.0"
  std::string format;      ///< "json", "ubjson", "text"
  std::string objective;   ///< as in the file: "binary:logistic"
  std::string base_score;  ///< as in the file: "[5E-1]"
  Link link = Link::kIdentity;
  bool has_response = true;       ///< false: only the margin can be explained (binary:hinge, unknown objective)
  double link_scale = 1.0;        ///< response = link(link_scale * margin)
  bool average_response = false;  ///< LightGBM's random forests: response = link(link_scale * margin / rounds)
  double divisor = 1.0;           ///< margin = base_margin + sum of (weight * value) / divisor: forests of means
  bool sums_float32 = false;      ///< the library's own sums are in float32 (XGBoost), else in double
  bool base_last = false;         ///< and end with base_margin (CatBoost, XGBoost up to 1.2), else they start with it
  InputCast input_cast = InputCast::kFloat32;
  CategoryCut category_cut = CategoryCut::kNonNegative;
  UnseenCategory unseen_category = UnseenCategory::kError;
  bool refuses_missing = false;     ///< the library's predict takes no missing numbers: one in the data is an error
  std::vector<double> base_margin;  ///< [outputs] margin before the first tree
  std::vector<std::string> labels;  ///< [outputs] output names, or empty
  std::vector<Feature> features;    ///< [M]
  bool named_features = false;
  std::vector<Tree> trees;       ///< in file order
  std::int32_t rounds = 0;       ///< boosting rounds: in the file, or selected by select_rounds
  std::int32_t best_rounds = 0;  ///< best_iteration + 1 when the file carries it, else 0
  std::int32_t trees_per_round = 1;
  std::int32_t outputs_per_tree = 1;  ///< vector leaves: the file's tree is that many of `trees`, side by side
  std::vector<std::string> warnings;  ///< one line each, to be shown and noted in the manifest

  [[nodiscard]] std::int32_t outputs() const noexcept { return static_cast<std::int32_t>(base_margin.size()); }
};

/// Keeps the trees of rounds [begin, end) and drops the rest. Throws Error usage.value when the range is empty or
/// leaves the model.
void select_rounds(Ensemble& ensemble, std::int32_t begin, std::int32_t end);

struct LoadOptions {
  std::string format = "auto";         ///< by its content, never by its extension; or a name that --model-format knows
  bool allow_unknown_version = false;  ///< versions and keys that are not known: a warning instead of an error
  std::string entry =
      {};  ///< the file to read of an archive; empty: the model, or the models of a k-fold series, in it
};

/// What a model file holds. An archive may hold several members, the models of a k-fold training: then its response is
/// the mean of theirs. They have the same features, outputs and link.
struct Model {
  std::vector<Ensemble> members;     ///< at least one
  std::string container;             ///< "tar, gzip"; empty: the file is the model itself
  std::vector<std::string> entries;  ///< [members] their names in the archive; empty: there are no names
  std::vector<std::string> ignored;  ///< the other files of the archive
};

/// Reads a model file, plain, compressed or in an archive.
/// Throws Error model.open, model.format, model.version, model.tree, model.objective, usage.value.
[[nodiscard]] Model load_models(std::string const& path, LoadOptions const& options = {});

/// Likewise, of a file that holds one model; several are an Error model.format.
[[nodiscard]] Ensemble load_model(std::string const& path, LoadOptions const& options = {});

[[nodiscard]] char const* name_of(Link link) noexcept;  ///< "identity", "sigmoid", "signed-square"

}  // namespace limpid
