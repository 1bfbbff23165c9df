#include "model/xgboost_objective.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

#include "limpid/error.h"

namespace limpid::model {
namespace {

struct Rule {
  std::string_view name;
  Link link;
  BaseScore base;
  bool has_response = true;
};

constexpr std::array<Rule, 21> kRules{{
    {"binary:logistic", Link::kSigmoid, BaseScore::kLogit},
    {"reg:logistic", Link::kSigmoid, BaseScore::kLogit},
    {"binary:logitraw", Link::kIdentity, BaseScore::kMargin},
    {"binary:hinge", Link::kIdentity, BaseScore::kMargin, false},  // predicts margin > 0: no Shapley game of interest
    {"reg:squarederror", Link::kIdentity, BaseScore::kMargin},
    {"reg:linear", Link::kIdentity, BaseScore::kMargin},  // the name of reg:squarederror before 0.90
    {"reg:squaredlogerror", Link::kIdentity, BaseScore::kMargin},
    {"reg:pseudohubererror", Link::kIdentity, BaseScore::kMargin},
    {"reg:absoluteerror", Link::kIdentity, BaseScore::kMargin},
    {"reg:quantileerror", Link::kIdentity, BaseScore::kMargin},
    {"reg:expectileerror", Link::kIdentity, BaseScore::kExpectile},
    {"reg:gamma", Link::kExp, BaseScore::kLog},
    {"reg:tweedie", Link::kExp, BaseScore::kLog},
    {"count:poisson", Link::kExp, BaseScore::kLog},
    {"survival:cox", Link::kExp, BaseScore::kLog},
    {"survival:aft", Link::kExp, BaseScore::kLog},
    {"rank:pairwise", Link::kIdentity, BaseScore::kMargin},
    {"rank:ndcg", Link::kIdentity, BaseScore::kMargin},
    {"rank:map", Link::kIdentity, BaseScore::kMargin},
    {"multi:softprob", Link::kSoftmax, BaseScore::kMargin},
    {"multi:softmax", Link::kSoftmax, BaseScore::kMargin},  // predicts the class; its probabilities are explained
}};

[[noreturn]] void refuse(std::string const& text, std::string const& why, std::string const& file) {
  throw Error("model.format", fmt::format("base_score is '{}', {}", text.substr(0, 80), why), file,
              "save the model again with the XGBoost version that trained it");
}

/// A list of float32 numbers, with or without brackets.
std::vector<float> parse_list(std::string const& text, std::string const& file) {
  std::string_view rest = text;
  bool const bracketed = rest.size() >= 2 && rest.front() == '[' && rest.back() == ']';
  if (bracketed) rest = rest.substr(1, rest.size() - 2);
  std::vector<float> values;
  while (true) {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    float value = 0.0F;
    auto const [last, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc() || !std::isfinite(value)) refuse(text, "expected a finite number or a list of them", file);
    values.push_back(value);
    rest.remove_prefix(static_cast<std::size_t>(last - rest.data()));
    if (rest.empty()) return values;
    if (!bracketed || rest.front() != ',') refuse(text, "expected a finite number or a list of them", file);
    rest.remove_prefix(1);
  }
}

float to_margin(float score, BaseScore base, std::string const& text, std::string const& file) {
  switch (base) {
    case BaseScore::kLogit: {
      if (!(score >= 0.0F && score <= 1.0F)) refuse(text, "expected a probability between 0 and 1", file);
      float const inside = std::min(std::max(score, 1e-6F), 1.0F - 1e-6F);
      return 0.0F - std::log(1.0F / inside - 1.0F);  // 0 for 0.5, not -0
    }
    case BaseScore::kLog:
      if (!(score > 0.0F)) refuse(text, "expected a number above 0", file);
      return std::log(score);
    default:
      return score;
  }
}

/// reg:expectileerror with several alphas stacks its outputs: r_0 = m_0, r_k = r_(k-1) + softplus(m_k). XGBoost takes
/// 1e-6 from each step and keeps it at least that large (3.3 and 3.4, measured).
void stack_expectiles(std::vector<float> const& scores, std::vector<double>& margins) {
  for (std::size_t k = 1; k < margins.size(); ++k) {
    float const step = std::max(scores[k] - scores[k - 1] - 1e-6F, 1e-6F);
    margins[k] = static_cast<double>(step + std::log(-std::expm1(-step)));
  }
}

}  // namespace

Objective find_objective(std::string_view name) noexcept {
  for (auto const& rule : kRules)
    if (rule.name == name) return {rule.link, rule.base, true, rule.has_response};
  return {Link::kIdentity, BaseScore::kMargin, false, false};
}

std::vector<double> parse_base_score(std::string const& text, std::int64_t outputs, Objective const& objective,
                                     std::string const& file) {
  auto scores = parse_list(text, file);
  auto const expected = static_cast<std::size_t>(outputs);
  if (scores.size() != 1 && scores.size() != expected)
    refuse(text, fmt::format("{} values; expected 1 or one per output, {}", scores.size(), outputs), file);
  scores.resize(expected, scores.front());
  std::vector<double> margins(expected);
  for (std::size_t k = 0; k < expected; ++k)
    margins[k] = static_cast<double>(to_margin(scores[k], objective.base, text, file));
  if (objective.base == BaseScore::kExpectile) stack_expectiles(scores, margins);
  return margins;
}

}  // namespace limpid::model
