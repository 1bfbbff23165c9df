// How columns meet features, and what the messages say when they do not.
#include "io/columns.h"

#include <fmt/format.h>

#include "io_support.h"

namespace limpid::test {
namespace {

DataHead data_head(std::vector<std::string> names, std::vector<std::vector<std::string>> const& rows) {
  DataHead out;
  out.column_count = static_cast<std::int32_t>(names.empty() ? rows.at(0).size() : names.size());
  out.names = std::move(names);
  for (auto const& fields : rows) {
    CsvRecord record;
    record.fields = fields;
    out.rows.push_back(record);
  }
  return out;
}

ReadOptions options_with(std::optional<std::string> id, std::optional<std::string> label = {},
                         std::vector<std::string> exclude = {}) {
  ReadOptions options;
  options.path = "rows.csv";
  options.id = std::move(id);
  options.label = std::move(label);
  options.exclude = std::move(exclude);
  return options;
}

void expect_plan_error(DataHead const& head, ReadOptions const& options, Ensemble const& model,
                       ExpectedError const& error) {
  expect_error([&] { static_cast<void>(plan_columns(head, options, model)); }, error);
}

TEST(Columns, AreMatchedByNameInAnyOrder) {
  auto const head = data_head({"c", "id", "a", "y", "b"}, {{"1", "k", "2", "0", "3"}});
  auto const plan = plan_columns(head, options_with("id", "y"), named_model({"a", "b", "c"}));
  EXPECT_EQ(plan.column_of_feature, (std::vector<std::int32_t>{2, 4, 0}));
  EXPECT_EQ(plan.schema.feature_order, (std::vector<std::int32_t>{2, 0, 1}));
  EXPECT_EQ(plan.schema.feature_names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(plan.id_column, 1);
  EXPECT_EQ(plan.schema.id_name, "id");
  EXPECT_TRUE(plan.schema.notes.empty());
}

TEST(Columns, AreNamedByNameOrIndex) {
  auto const head = data_head({"a", "1", "2"}, {{"x", "y", "z"}});
  auto const model = named_model({"a"});
  EXPECT_EQ(plan_columns(head, options_with("2", {}, {"1"}), model).id_column, 2);
  EXPECT_EQ(plan_columns(head, options_with("1", {}, {"2"}), model).id_column, 1) << "a name wins over an index";
}

TEST(Columns, AreMatchedByPositionWithoutNames) {
  auto const unnamed = unnamed_model(2);
  auto const by_header = plan_columns(data_head({"p", "key", "q"}, {{"1", "k", "2"}}), options_with("key"), unnamed);
  EXPECT_EQ(by_header.column_of_feature, (std::vector<std::int32_t>{0, 2}));
  EXPECT_EQ(by_header.schema.feature_names, (std::vector<std::string>{"p", "q"}));
  EXPECT_THAT(by_header.schema.notes, testing::ElementsAre(testing::HasSubstr("the model has no feature names")));

  auto const by_model = plan_columns(data_head({}, {{"1", "2", "k"}}), options_with("2"), named_model({"a", "b"}));
  EXPECT_EQ(by_model.schema.feature_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(by_model.schema.id_name, "id");
  EXPECT_THAT(by_model.schema.notes, testing::ElementsAre(testing::HasSubstr("the data has no header")));

  auto const by_neither = plan_columns(data_head({}, {{"1", "2"}}), options_with({}), unnamed);
  EXPECT_EQ(by_neither.schema.feature_names, (std::vector<std::string>{"f0", "f1"}));
}

TEST(Columns, UnknownOnesAreListedWithTheOptionThatFixesThem) {
  auto const model = named_model({"a"});
  expect_plan_error(
      data_head({"", "customer_id", "approved", "a", "memo"}, {{"0", "7", "1", "5", "x"}, {"1", "8", "0", "5", "x"}}),
      options_with({}), model,
      {"data.columns", "4 columns that the model does not know: column 0 (no name), 'customer_id', 'approved', 'memo'",
       "--data rows.csv (header)",
       "--exclude 0 (it counts 0, 1, 2, ...: an index) --id customer_id --label approved --exclude memo"});
  expect_plan_error(data_head({"", "a"}, {{"0", "5"}, {"1", "5"}}), options_with({}), model,
                    {"data.columns", "1 column that the model does not know: column 0 (no name)", "",
                     "--id 0 or --exclude 0 (it counts 0, 1, 2, ...: an index)"});
  expect_plan_error(data_head({"Unnamed: 0", "a"}, {{"0", "5"}, {"1", "5"}}), options_with({}), model,
                    {"data.columns", "'Unnamed: 0'", "", "--id 0 or --exclude 0"});
  expect_plan_error(data_head({"", "a"}, {{"3", "5"}}), options_with({}), model,
                    {"data.columns", "", "", "say what they are: --exclude 0"});
  expect_plan_error(data_head({"userId", "a"}, {{"3", "5"}}), options_with({}), model,
                    {"data.columns", "", "", "--id userId"});
  expect_plan_error(data_head({"userId", "key", "a"}, {{"3", "x", "5"}}), options_with("key"), model,
                    {"data.columns", "", "", "--exclude userId"});
  expect_plan_error(data_head({"bought it", "a"}, {{"True", "5"}, {"False", "4"}}), options_with({}), model,
                    {"data.columns", "", "", "--label 'bought it'"});
}

TEST(Columns, LongListsAreCut) {
  std::vector<std::string> names{"a"};
  for (int i = 0; i < 9; ++i) names.push_back(fmt::format("extra{}", i));
  expect_plan_error(data_head(names, {}), options_with({}), named_model({"a"}),
                    {"data.columns", "'extra4' and 4 more", "", "and 4 more"});
}

TEST(Columns, MissingOnesAreListedWithNearNames) {
  expect_plan_error(
      data_head({"Age", "debt to income", "b"}, {}), options_with({}),
      named_model({"age", "debt_to_income", "b", "zip"}),
      {"data.columns",
       "lacks 3 of the model's 4 features: 'age' (did you mean 'Age'?), 'debt_to_income' (did you mean 'debt to "
       "income'?), 'zip'",
       "--data rows.csv (header)", "in any order"});
  expect_plan_error(data_head({"f0", "x"}, {}), options_with({}), named_model({"f0", "f1"}),
                    {"data.columns", "'f1'", "", ""});
  expect_plan_error(data_head({"x", "y"}, {}), options_with({}), named_model({"a", "b"}),
                    {"data.columns", "lacks 2 of the model's 2 features", "", "is it the right file?"});
}

TEST(Columns, ADelimiterThatIsAnotherIsHinted) {
  auto const model = named_model({"a", "b"});
  expect_plan_error(data_head({"a;b"}, {}), options_with({}), model, {"data.columns", "", "", "--delimiter ';'"});
  expect_plan_error(data_head({"a\tb"}, {}), options_with({}), model, {"data.columns", "", "", "--delimiter tab"});
  expect_plan_error(data_head({}, {{"1|2"}}), options_with({}), model, {"data.columns", "", "", "--delimiter '|'"});
  expect_plan_error(data_head({"id;a;b"}, {}), options_with("id"), model, {"usage.column", "", "", "--delimiter ';'"});
}

TEST(Columns, CountsThatAreOff) {
  auto const model = unnamed_model(2);
  expect_plan_error(
      data_head({}, {{"1", "2", "0"}, {"3", "2", "1"}}), options_with({}), model,
      {"data.columns", "the model needs 2 features, the data has 3 columns", "--data rows.csv", "--label 2"});
  expect_plan_error(data_head({}, {{"5.5", "2.5", "7.5"}}), options_with({}), model,
                    {"data.columns", "", "", "--label 2 (last) or --label 0 (first)"});
  expect_plan_error(data_head({}, {{"0", "2.5", "7.5"}, {"1", "2.5", "7.5"}}), options_with({}), model,
                    {"data.columns", "", "", "--id 0 or --exclude 0"});
  expect_plan_error(data_head({"p", "q", "target"}, {{"5.5", "2.5", "7.5"}}), options_with({}), model,
                    {"data.columns", "", "", "--label target"});
  expect_plan_error(data_head({}, {{"1", "2", "3", "4", "5"}}), options_with({}), model,
                    {"data.columns", "the data has 5 columns", "", "--id, --label and --exclude"});
  expect_plan_error(data_head({"p", "q", "user_id", "target"}, {{"5.5", "2.5", "7", "0"}}), options_with({}), model,
                    {"data.columns", "", "", "perhaps --id user_id --label target"});
  expect_plan_error(data_head({}, {{"1"}}), options_with({}), model,
                    {"data.columns", "the data has 1 column", "", "by position"});
  expect_plan_error(data_head({}, {{"1", "2"}}), options_with("0"), model,
                    {"data.columns", "the data has 1 column left for them", "", ""});
}

TEST(Columns, HeadersThatAreNone) {
  expect_plan_error(data_head({"1.5", "2"}, {{"3", "4"}}), options_with({}), unnamed_model(2),
                    {"data.columns", "the first line holds numbers", "", "--no-header"});
  auto const counted = data_head({"0", "1"}, {{"3", "4"}});  // pandas' names for columns without any
  EXPECT_EQ(plan_columns(counted, options_with({}), unnamed_model(2)).schema.feature_names,
            (std::vector<std::string>{"0", "1"}));
  EXPECT_NO_THROW(
      static_cast<void>(plan_columns(data_head({"7", "3"}, {}), options_with({}), named_model({"3", "7"}))));
}

TEST(Columns, DuplicateNames) {
  expect_plan_error(data_head({"a", "b", "a"}, {}), options_with({}, {}, {"2"}), named_model({"a", "b"}),
                    {"data.columns", "two columns are named 'a': columns 0 and 2", "(header)", "rename"});
}

TEST(Columns, OptionsThatNameNoColumn) {
  auto const head = data_head({"a", "customer_id"}, {{"1", "k"}});
  auto const model = named_model({"a"});
  expect_plan_error(head, options_with("custmer_id"), model,
                    {"usage.column", "--id 'custmer_id' is not a column", "rows.csv", "did you mean 'customer_id'?"});
  expect_plan_error(head, options_with({}, "9"), model, {"usage.column", "--label '9'", "", "index up to 1"});
  expect_plan_error(head, options_with({}, {}, {"-1"}), model, {"usage.column", "--exclude '-1'", "", ""});
}

TEST(Columns, AFeatureCannotBeSetAside) {
  auto const head = data_head({"a", "b"}, {{"1", "2"}});
  expect_plan_error(head, options_with({}, "b"), named_model({"a", "b"}),
                    {"data.columns", "column 'b' is set aside, but the model needs it", "", "--label and --exclude"});
}

TEST(Columns, ABackgroundMayLackTheColumnsThatOptionsName) {
  auto options = options_with("customer_id", "y", {"0"});
  options.role = "--background";
  auto const model = named_model({"a", "b"});
  EXPECT_NO_THROW(static_cast<void>(plan_columns(data_head({"a", "b"}, {{"1", "2"}}), options, model)));
  EXPECT_NO_THROW(static_cast<void>(plan_columns(data_head({"", "b", "y", "a"}, {}), options, model)));
  EXPECT_NO_THROW(static_cast<void>(plan_columns(data_head({}, {{"1", "2"}}), options, unnamed_model(2))));
  expect_plan_error(data_head({"a", "c"}, {}), options, model,
                    {"data.columns", "lacks 1", "--background rows.csv", ""});
}

}  // namespace
}  // namespace limpid::test
