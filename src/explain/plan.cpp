// Which algorithm answers a question: the table in ARCHITECTURE.md, section 2. Nothing is silently downgraded: what
// cannot be answered is an error that names the alternative.
#include "explain/engine.h"
#include "limpid/error.h"

namespace limpid {
namespace {

void check_path_dependent(Ensemble const& ensemble, Space space, bool background_given) {
  if (background_given) {
    throw Error("usage.method",
                "path-dependent values come from the training covers in the model, but a background was given", {},
                "leave out --background, or use --method interventional");
  }
  if (space == Space::kResponse && ensemble.link != Link::kIdentity) {
    throw Error("usage.method",
                std::string("path-dependent values exist in margin space only, and this model's response is the ") +
                    name_of(ensemble.link) + " of its margin",
                {}, "use --space margin, or --method interventional for values of the response");
  }
  if (!has_covers(ensemble)) {
    throw Error("usage.method", "path-dependent values need training covers (sum_hessian), and the model has none", {},
                "use --method interventional");
  }
}

}  // namespace

void require_response(Ensemble const& ensemble) {
  if (ensemble.has_response) return;
  throw Error("model.objective",
              "objective \"" + ensemble.objective + "\" has no response that can be explained, only its margin", {},
              "use --space margin");
}

Question plan(Ensemble const& ensemble, Space space, bool space_given, Method method, bool background_given,
              std::int32_t max_exact_players) {
  Question question;
  question.max_exact_players = max_exact_players;
  question.method = method == Method::kPathDependent ? method : Method::kInterventional;
  question.kernel = method == Method::kKernel;
  question.space = question.method == Method::kPathDependent && !space_given ? Space::kMargin : space;
  if (question.space == Space::kResponse) require_response(ensemble);
  if (question.method == Method::kPathDependent) check_path_dependent(ensemble, question.space, background_given);
  bool const additive = question.space == Space::kMargin || ensemble.link == Link::kIdentity;
  question.algorithm = additive && !question.kernel ? Algorithm::kLeafTables : Algorithm::kLattice;
  return question;
}

void ask_for_interactions(Question& question, EstimatorKind estimator) {
  if (estimator != EstimatorKind::kAuto) {
    throw Error("usage.interactions", "interactions are exact, and an estimator was asked for", {},
                "leave out --estimator (up to --max-exact-players interactions are exact), or --interactions");
  }
  question.interactions = true;
}

}  // namespace limpid
