// The logit of the mean: which questions have one, and predictions and base values in its space.
#include "explain/mean_link.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "limpid/error.h"
#include "reference/random_model.h"

namespace limpid {
namespace {

/// The error of a question; empty: there is none.
std::string error_of(Link link, Space space, Method method, std::size_t members = 1) {
  Ensemble ensemble;
  ensemble.link = link;
  Question question;
  question.space = space;
  question.method = method;
  try {
    ask_for_logit(ensemble, members, question);
  } catch (Error const& error) {
    EXPECT_EQ(question.mean_link, MeanLink::kIdentity);
    return error.code() + ": " + error.what() + "; " + error.hint();
  }
  EXPECT_EQ(question.mean_link, MeanLink::kLogit);
  return {};
}

TEST(MeanLink, IsOfProbabilities) {
  EXPECT_EQ(error_of(Link::kSigmoid, Space::kResponse, Method::kInterventional), "");
  EXPECT_EQ(error_of(Link::kSoftmax, Space::kResponse, Method::kInterventional), "");
}

TEST(MeanLink, ErrorsNameWhatToUse) {
  std::string const start = "usage.link: --link logit is the logit of a mean probability over a background, ";
  EXPECT_EQ(error_of(Link::kExp, Space::kResponse, Method::kInterventional),
            start +
                "and this model's response is no probability of a sigmoid or softmax (its link: exp); "
                "use --link identity");
  EXPECT_EQ(error_of(Link::kIdentity, Space::kResponse, Method::kInterventional),
            start +
                "and this model's response is no probability of a sigmoid or softmax (its link: identity); "
                "use --link identity");
  EXPECT_EQ(error_of(Link::kSigmoid, Space::kMargin, Method::kInterventional),
            start + "and --space margin has no probabilities; leave out --link (margins need none), or --space");
  EXPECT_EQ(error_of(Link::kSigmoid, Space::kMargin, Method::kPathDependent),
            start +
                "and path-dependent values have no background; "
                "leave out --link, or use --method interventional");
  EXPECT_EQ(error_of(Link::kSigmoid, Space::kResponse, Method::kInterventional, 3),
            start +
                "and the file holds 3 models whose probabilities are averaged first; "
                "use --link identity, or choose one model with --model-entry");
}

CompiledModel model_of(Link link, std::int32_t outputs) {
  CompiledModel model;
  model.link = link;
  model.base_margin.assign(static_cast<std::size_t>(outputs), 0.0);
  return model;
}

TEST(MeanLink, LogitOfASigmoidIsItsMargin) {
  auto const model = model_of(Link::kSigmoid, 1);
  std::array<double, 4> margins{-40.0, 0.0, 3.25, 1e6};  // the last one is beyond every exponential
  margins_to_logits(model, 4, 4, margins.data());
  EXPECT_NEAR(margins[0], -40.0, 1e-13);
  EXPECT_EQ(margins[1], 0.0);
  EXPECT_NEAR(margins[2], 3.25, 1e-15);
  EXPECT_NEAR(margins[3], 708.0, 1e-9);
}

TEST(MeanLink, LogitOfASoftmaxIsAgainstTheOthers) {
  auto const model = model_of(Link::kSoftmax, 3);
  std::array<double, 6> margins{1.0, 50.0, -0.5, 0.0, 2.0, 1.0};  // [3 outputs x 2 rows]
  margins_to_logits(model, 2, 2, margins.data());
  EXPECT_NEAR(margins[0], 1.0 - std::log(std::exp(-0.5) + std::exp(2.0)), 1e-15);
  EXPECT_NEAR(margins[4], 2.0 - std::log(std::exp(-0.5) + std::exp(1.0)), 1e-15);
  EXPECT_NEAR(margins[1], 50.0 - std::log(std::exp(0.0) + std::exp(1.0)), 1e-13);
  EXPECT_NEAR(margins[3], 0.0 - 50.0, 1e-13);
}

TEST(MeanLink, LogitOfTheMeanIsNotTheMeanOfLogits) {
  auto const model = model_of(Link::kSigmoid, 1);
  MeanLogit mean(model);
  double const large = std::log(9.0);  // p = 0.9
  double const none = 0.0;             // p = 0.5
  mean.add(&large, 1, 3.0);
  mean.add(&none, 1, 1.0);
  EXPECT_NEAR(mean.values()[0], std::log(0.8 / 0.2), 1e-15);
}

/// Margins in 32 bits may be 1e-6 off, which a sigmoid divides by 4 and a logit does not.
TEST(MeanLink, MarginsAreFineEnough) {
  reference::Random random(3);
  reference::ModelShape shape;
  shape.trees = 400;
  shape.depth = 3;
  Ensemble ensemble = reference::random_ensemble(shape, random);
  for (auto& tree : ensemble.trees) {
    for (double& value : tree.value) value *= 2.0;
  }
  CompiledModel model = compile(ensemble);
  CompiledModel const before = model;
  refine_for_logit(model);
  double const step = model.fixed_point.step[0];
  EXPECT_LE(std::sqrt(400.0) * step, 3e-7);
  EXPECT_EQ(model.fixed_point.wide && !before.fixed_point.wide, step != before.fixed_point.step[0]);
  for (std::size_t l = 0; l < model.short_paths.fixed.size(); ++l) {
    EXPECT_NEAR(static_cast<double>(model.short_paths.fixed[l]) * step, model.short_paths.value[l], 0.5 * step);
  }
}

}  // namespace
}  // namespace limpid
