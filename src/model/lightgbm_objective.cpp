#include "model/lightgbm_objective.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "limpid/error.h"
#include "model/lightgbm_text.h"

namespace limpid::model {
namespace {

/// What the words after an objective's name may say.
enum class Words : std::uint8_t { kNone, kSqrt, kSigmoid, kClasses, kClassesSigmoid };

struct Rule {
  std::string_view name;
  Link link;
  Words words = Words::kNone;
};

// By the names that LightGBM writes (GetName of each objective).
constexpr std::array<Rule, 16> kRules{{
    {"binary", Link::kSigmoid, Words::kSigmoid},
    {"regression", Link::kIdentity, Words::kSqrt},
    {"regression_l1", Link::kIdentity, Words::kSqrt},
    {"fair", Link::kIdentity, Words::kSqrt},
    {"quantile", Link::kIdentity, Words::kSqrt},
    {"mape", Link::kIdentity, Words::kSqrt},
    {"huber", Link::kIdentity},  // drops reg_sqrt
    {"poisson", Link::kExp},
    {"gamma", Link::kExp},
    {"tweedie", Link::kExp},
    {"cross_entropy", Link::kSigmoid},
    {"cross_entropy_lambda", Link::kSoftplus},
    {"lambdarank", Link::kIdentity},
    {"rank_xendcg", Link::kIdentity},
    {"multiclass", Link::kSoftmax, Words::kClasses},
    {"multiclassova", Link::kSigmoid, Words::kClassesSigmoid},
}};

// Other names that LightGBM takes (ParseObjectiveAlias), as other programs may write them.
constexpr std::array<std::array<std::string_view, 2>, 27> kAliases{{
    {"regression_l2", "regression"},
    {"mean_squared_error", "regression"},
    {"mse", "regression"},
    {"l2", "regression"},
    {"l2_root", "regression"},
    {"root_mean_squared_error", "regression"},
    {"rmse", "regression"},
    {"mean_absolute_error", "regression_l1"},
    {"l1", "regression_l1"},
    {"mae", "regression_l1"},
    {"softmax", "multiclass"},
    {"multiclass_ova", "multiclassova"},
    {"ova", "multiclassova"},
    {"ovr", "multiclassova"},
    {"xentropy", "cross_entropy"},
    {"xentlambda", "cross_entropy_lambda"},
    {"mean_absolute_percentage_error", "mape"},
    {"xendcg", "rank_xendcg"},
    {"xe_ndcg", "rank_xendcg"},
    {"xe_ndcg_mart", "rank_xendcg"},
    {"xendcg_mart", "rank_xendcg"},
    {"none", ""},
    {"null", ""},
    {"custom", ""},
    {"na", ""},
    {"None", ""},
    {"", ""},
}};

std::string_view usual_name(std::string_view name) noexcept {
  auto const* const alias =
      std::find_if(kAliases.begin(), kAliases.end(), [name](auto const& pair) { return pair[0] == name; });
  return alias == kAliases.end() ? name : (*alias)[1];
}

class Parser {
 public:
  Parser(std::string const& text, std::string const& file) : text_(text), file_(file) {}

  LightgbmObjective parse() {
    std::string_view rest = text_;
    auto const name = usual_name(cut_word(rest));
    out_.none = name.empty();
    if (out_.none) return out_;
    auto const* const rule =
        std::find_if(kRules.begin(), kRules.end(), [name](Rule const& r) { return r.name == name; });
    out_.known = rule != kRules.end();
    if (!out_.known) return out_;
    out_.link = rule->link;
    read_words(rest);
    apply(rule->words);
    return out_;
  }

 private:
  [[noreturn]] void fail(std::string const& message) const {
    throw Error("model.objective", fmt::format("the objective is '{}', {}", text_.substr(0, 80), message), file_,
                "the file is damaged or was changed: save the model again with booster.save_model(\"model.txt\")");
  }

  void read_words(std::string_view rest) {
    for (auto word = cut_word(rest); !word.empty(); word = cut_word(rest)) {
      std::size_t const colon = std::min(word.find(':'), word.size());
      auto const value = word.substr(std::min(colon + 1, word.size()));
      auto const name = word.substr(0, colon);
      if (name == "sqrt") sqrt_ = true;
      if (name == "sigmoid" && !(parse_number(value, sigmoid_) && sigmoid_ > 0.0 && sigmoid_ < 1e30))
        fail("expected a positive number after 'sigmoid:'");
      if (name == "num_class" && !parse_number(value, out_.classes)) fail("expected a number after 'num_class:'");
    }
  }

  void apply(Words words) {
    if (words == Words::kSqrt && sqrt_) out_.link = Link::kSignedSquare;
    if (words == Words::kSigmoid || words == Words::kClassesSigmoid) {
      if (sigmoid_ == 0.0) fail("expected 'sigmoid:' and a number");
      out_.scale = sigmoid_;
    }
    out_.by_class = words == Words::kClasses || words == Words::kClassesSigmoid;
  }

  std::string const& text_;
  std::string const& file_;
  LightgbmObjective out_;
  bool sqrt_ = false;
  double sigmoid_ = 0.0;
};

}  // namespace

LightgbmObjective find_lightgbm_objective(std::string const& text, std::string const& file) {
  return Parser(text, file).parse();
}

}  // namespace limpid::model
