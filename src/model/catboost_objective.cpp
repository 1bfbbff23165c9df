#include "model/catboost_objective.h"

#include <array>

namespace limpid::model {
namespace {

struct Rule {
  std::string_view loss;
  Link link = Link::kIdentity;
  bool has_response = true;
};

// predict_proba of the classifier, predict of the regressor and the ranker. Cox and LogLinQuantile predict the raw
// value too, although they model a logarithm.
constexpr std::array<Rule, 35> kRules{{
    {"Logloss", Link::kSigmoid},
    {"CrossEntropy", Link::kSigmoid},
    {"Focal", Link::kSigmoid},
    {"MultiClassOneVsAll", Link::kSigmoid},
    {"MultiLogloss", Link::kSigmoid},
    {"MultiCrossEntropy", Link::kSigmoid},
    {"MultiClass", Link::kSoftmax},
    {"Poisson", Link::kExp},
    {"Tweedie", Link::kExp},
    {"RMSE"},
    {"MAE"},
    {"MAPE"},
    {"Quantile"},
    {"MultiQuantile"},
    {"GroupQuantile"},
    {"LogLinQuantile"},
    {"Huber"},
    {"Expectile"},
    {"Lq"},
    {"LogCosh"},
    {"Cox"},
    {"SurvivalAft"},
    {"MultiRMSE"},
    {"MultiRMSEWithMissingValues"},
    {"YetiRank"},
    {"YetiRankPairwise"},
    {"PairLogit"},
    {"PairLogitPairwise"},
    {"QueryRMSE"},
    {"QuerySoftMax"},
    {"QueryCrossEntropy"},
    {"LambdaMart"},
    {"StochasticRank"},
    {"StochasticFilter"},
    {"RMSEWithUncertainty", Link::kIdentity, false},  // predicts (m_0, exp(2 m_1)): two links in one model
}};

}  // namespace

CatboostObjective find_catboost_objective(std::string_view loss) noexcept {
  for (auto const& rule : kRules)
    if (rule.loss == loss) return {rule.link, true, rule.has_response};
  return {};
}

}  // namespace limpid::model
