#include "explain/mean_link.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "compile/fixed_point.h"
#include "kernels/row_game.task.h"
#include "limpid/error.h"

namespace limpid {

void ask_for_logit(Ensemble const& ensemble, std::size_t members, Question& question) {
  auto const fail = [](std::string const& found, std::string const& hint) {
    throw Error("usage.link", "--link logit is the logit of a mean probability over a background, " + found, {}, hint);
  };
  if (question.method == Method::kPathDependent) {
    fail("and path-dependent values have no background", "leave out --link, or use --method interventional");
  }
  if (question.space == Space::kMargin) {
    fail("and --space margin has no probabilities", "leave out --link (margins need none), or --space");
  }
  if (ensemble.link != Link::kSigmoid && ensemble.link != Link::kSoftmax) {
    fail(std::string("and this model's response is no probability of a sigmoid or softmax (its link: ") +
             name_of(ensemble.link) + ")",
         "use --link identity");
  }
  if (members > 1) {
    fail("and the file holds " + std::to_string(members) + " models whose probabilities are averaged first",
         "use --link identity, or choose one model with --model-entry");
  }
  question.mean_link = MeanLink::kLogit;
}

void refine_for_logit(CompiledModel& model) {
  // A row adds the errors of its margin and of the base value; 1e-6 is what additivity allows.
  constexpr double kTolerance = 3e-7;
  refine_fixed_point(model, kTolerance);
}

void margins_to_logits(CompiledModel const& model, std::int64_t rows, std::int64_t stride, double* margins) {
  auto const outputs = model.outputs();
  std::vector<double> chance(static_cast<std::size_t>(outputs));
  std::vector<double> against(static_cast<std::size_t>(outputs));
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int32_t g = 0; g < outputs; ++g) chance[static_cast<std::size_t>(g)] = margins[g * stride + r];
    row_game::apply_odds(model.link, outputs, chance.data(), against.data(), 1);
    for (std::size_t g = 0; g < chance.size(); ++g) {
      margins[static_cast<std::int64_t>(g) * stride + r] = row_game::log_odds(chance[g], against[g]);
    }
  }
}

void MeanLogit::add(double const* margins, std::int64_t stride, double weight) {
  std::vector<double> chance(chance_.size());
  std::vector<double> against(chance_.size());
  for (std::size_t g = 0; g < chance.size(); ++g) chance[g] = margins[static_cast<std::int64_t>(g) * stride];
  row_game::apply_odds(model_.link, model_.outputs(), chance.data(), against.data(), 1);
  for (std::size_t g = 0; g < chance.size(); ++g) {
    chance_[g] += weight * chance[g];
    against_[g] += weight * against[g];
  }
}

std::vector<double> MeanLogit::values() const {
  std::vector<double> values;
  for (std::size_t g = 0; g < chance_.size(); ++g) values.push_back(row_game::log_odds(chance_[g], against_[g]));
  return values;
}

}  // namespace limpid
