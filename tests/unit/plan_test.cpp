// The planner: which algorithm answers which question, and what every other question is told.
#include <gtest/gtest.h>

#include "explain/engine.h"
#include "limpid/error.h"

namespace limpid {
namespace {

/// A question with its defaults; every test changes what it is about.
struct Asked {
  Ensemble ensemble;
  Space space = Space::kResponse;
  bool space_given = false;
  Method method = Method::kAuto;
  bool background_given = false;

  Asked() {
    ensemble.link = Link::kSigmoid;
    ensemble.objective = "binary:logistic";
  }
  [[nodiscard]] Question planned() const { return plan(ensemble, space, space_given, method, background_given, 16); }
};

void expect_error(Asked const& asked, std::string const& code, std::string const& message, std::string const& hint) {
  try {
    (void)asked.planned();
    FAIL() << "expected " << code;
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), code);
    EXPECT_STREQ(error.what(), message.c_str());
    EXPECT_EQ(error.hint(), hint);
  }
}

TEST(Plan, ResponseByTheLatticeIsTheDefault) {
  auto const question = Asked().planned();
  EXPECT_EQ(question.space, Space::kResponse);
  EXPECT_EQ(question.method, Method::kInterventional);
  EXPECT_EQ(question.algorithm, Algorithm::kLattice);
  EXPECT_EQ(question.max_exact_players, 16);
}

TEST(Plan, MarginIsAnsweredByLeafTables) {
  Asked asked;
  asked.space = Space::kMargin;
  asked.space_given = true;
  asked.background_given = true;
  auto const question = asked.planned();
  EXPECT_EQ(question.space, Space::kMargin);
  EXPECT_EQ(question.method, Method::kInterventional);
  EXPECT_EQ(question.algorithm, Algorithm::kLeafTables);
}

TEST(Plan, KernelPlaysTheGameWhereLeafTablesWouldBeExact) {
  Asked asked;
  asked.method = Method::kKernel;
  for (auto const space : {Space::kResponse, Space::kMargin}) {
    asked.space = space;
    asked.space_given = true;
    auto const question = asked.planned();
    EXPECT_EQ(question.space, space);
    EXPECT_EQ(question.method, Method::kInterventional);
    EXPECT_EQ(question.algorithm, Algorithm::kLattice);
    EXPECT_TRUE(question.kernel);
  }
  asked.method = Method::kInterventional;
  EXPECT_EQ(asked.planned().algorithm, Algorithm::kLeafTables);
  EXPECT_FALSE(asked.planned().kernel);
}

TEST(Plan, IdentityResponseIsAnsweredByLeafTablesAndKeepsItsName) {
  Asked asked;
  asked.ensemble.link = Link::kIdentity;
  auto const question = asked.planned();
  EXPECT_EQ(question.space, Space::kResponse);
  EXPECT_EQ(question.algorithm, Algorithm::kLeafTables);
}

TEST(Plan, ExpAndSoftmaxNeedTheLattice) {
  for (Link const link : {Link::kExp, Link::kSoftmax}) {
    Asked asked;
    asked.ensemble.link = link;
    EXPECT_EQ(asked.planned().algorithm, Algorithm::kLattice);
  }
}

TEST(Plan, PathDependentWithoutSpaceMeansMargin) {
  Asked asked;
  asked.method = Method::kPathDependent;
  auto const question = asked.planned();
  EXPECT_EQ(question.space, Space::kMargin);
  EXPECT_EQ(question.method, Method::kPathDependent);
  EXPECT_EQ(question.algorithm, Algorithm::kLeafTables);
}

TEST(Plan, PathDependentResponseOfIdentityIsAnswered) {
  Asked asked;
  asked.method = Method::kPathDependent;
  asked.space_given = true;
  asked.ensemble.link = Link::kIdentity;
  EXPECT_EQ(asked.planned().space, Space::kResponse);
  EXPECT_EQ(asked.planned().algorithm, Algorithm::kLeafTables);
}

TEST(Plan, PathDependentResponseIsAnError) {
  Asked asked;
  asked.method = Method::kPathDependent;
  asked.space_given = true;
  expect_error(asked, "usage.method",
               "path-dependent values exist in margin space only, and this model's response is the sigmoid of its "
               "margin",
               "use --space margin, or --method interventional for values of the response");
}

TEST(Plan, AScaledIdentityResponseIsAdditive) {
  Asked asked;
  asked.ensemble.link = Link::kIdentity;
  asked.ensemble.average_response = true;
  EXPECT_EQ(asked.planned().space, Space::kResponse);
  EXPECT_EQ(asked.planned().algorithm, Algorithm::kLeafTables);
  asked.method = Method::kPathDependent;
  asked.space_given = true;
  EXPECT_EQ(asked.planned().space, Space::kResponse);
}

TEST(Plan, PathDependentWithBackgroundIsAnError) {
  Asked asked;
  asked.method = Method::kPathDependent;
  asked.background_given = true;
  expect_error(asked, "usage.method",
               "path-dependent values come from the training covers in the model, but a background was given",
               "leave out --background, or use --method interventional");
}

TEST(Plan, PathDependentWithoutCoversIsAnError) {
  Asked asked;
  asked.method = Method::kPathDependent;
  asked.ensemble.trees.emplace_back().left = {-1};
  expect_error(asked, "usage.method",
               "path-dependent values need training covers (sum_hessian), and the model has none",
               "use --method interventional");
}

TEST(Plan, ObjectiveWithoutResponseIsExplainedInMarginSpaceOnly) {
  Asked asked;
  asked.ensemble.objective = "binary:hinge";
  asked.ensemble.has_response = false;
  asked.ensemble.link = Link::kIdentity;
  expect_error(asked, "model.objective",
               "objective \"binary:hinge\" has no response that can be explained, only its margin",
               "use --space margin");
  asked.space = Space::kMargin;
  asked.space_given = true;
  EXPECT_EQ(asked.planned().algorithm, Algorithm::kLeafTables);
}

TEST(Plan, InteractionsAreExactAndNothingEstimatesThem) {
  Asked const asked;
  auto question = asked.planned();
  EXPECT_FALSE(question.interactions);
  ask_for_interactions(question, EstimatorKind::kAuto);
  EXPECT_TRUE(question.interactions);
  for (auto const kind : {EstimatorKind::kFocus, EstimatorKind::kGp, EstimatorKind::kWls}) {
    auto estimated = asked.planned();
    try {
      ask_for_interactions(estimated, kind);
      FAIL() << "expected usage.interactions";
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), "usage.interactions");
      EXPECT_STREQ(error.what(), "interactions are exact, and an estimator was asked for");
    }
  }
}

}  // namespace
}  // namespace limpid
