/// What the words of a model file mean: versions, objectives, base scores, covers.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/read_model.h"

namespace limpid {
namespace {

using Json = nlohmann::json;

Json fixture(std::string const& name) {
  std::ifstream in(std::string(LIMPID_FIXTURES) + "/xgboost/" + name, std::ios::binary);
  return Json::parse(in);
}

Json good() { return fixture("3.4.1/binary.json"); }
Json& parameters_of(Json& document) { return document["learner"]["learner_model_param"]; }

TEST(ModelVersion, NewerMinorIsReadWithOneWarning) {
  auto document = good();
  document["version"] = {3, 9, 1};
  auto const ensemble = model::read_model(document.dump(), "m.json");
  ASSERT_EQ(ensemble.warnings.size(), 1U);
  EXPECT_EQ(ensemble.warnings[0], "the model was written by XGBoost 3.9.1; this version was tested up to 3.4");
}

TEST(ModelObjective, UnknownObjectiveHasNoResponse) {
  auto document = good();
  document["learner"]["objective"]["name"] = "reg:myown";
  auto const ensemble = model::read_model(document.dump(), "m.json");
  EXPECT_FALSE(ensemble.has_response);
  EXPECT_EQ(ensemble.link, Link::kIdentity);
  ASSERT_EQ(ensemble.warnings.size(), 1U);
  EXPECT_NE(ensemble.warnings[0].find("'reg:myown' is unknown: only the margin is explained"), std::string::npos);
}

TEST(ModelBaseScore, IsReadInAllItsForms) {
  auto const margin = [](char const* text, char const* objective = "binary:logistic") {
    auto document = good();
    document["learner"]["objective"]["name"] = objective;
    parameters_of(document)["base_score"] = text;
    return static_cast<float>(model::read_model(document.dump(), "m.json").base_margin.at(0));
  };
  // The values are what XGBoost 3.4.1 predicts from a model without trees.
  EXPECT_EQ(margin("5E-1"), 0.0F);
  EXPECT_EQ(margin("[5E-1]"), 0.0F);
  EXPECT_EQ(margin("0.500000"), 0.0F);
  EXPECT_EQ(margin("0E0"), -13.81551F);
  EXPECT_EQ(margin("[0E0]"), -13.81551F);
  EXPECT_EQ(margin("[1E-9]"), -13.81551F);
  EXPECT_EQ(margin("[1E0]"), 13.74516F);
  EXPECT_EQ(margin("[1.5E0]", "count:poisson"), 0.4054651F);
  EXPECT_EQ(margin("[1E-20]", "count:poisson"), -46.0517F);
  EXPECT_EQ(margin("[-1E0]", "reg:squarederror"), -1.0F);
  EXPECT_EQ(margin("[3E-1]", "binary:hinge"), 0.3F);
  auto document = fixture("3.4.1/multi.json");
  parameters_of(document)["base_score"] = "[1E0,-2E0,5E-1]";
  EXPECT_EQ(model::read_model(document.dump(), "m").base_margin, (std::vector<double>{1.0, -2.0, 0.5}));
  parameters_of(document)["base_score"] = "2.5E-1";
  EXPECT_EQ(model::read_model(document.dump(), "m").base_margin, (std::vector<double>{0.25, 0.25, 0.25}));
}

TEST(ModelCovers, MayBeAbsent) {
  auto document = good();
  for (auto& tree : document["learner"]["gradient_booster"]["model"]["trees"]) tree.erase("sum_hessian");
  EXPECT_TRUE(model::read_model(document.dump(), "m.json").trees[0].cover.empty());
}

}  // namespace
}  // namespace limpid
