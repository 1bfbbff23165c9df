// The declaration of `limpid explain`'s options: what --help shows and --config knows.
#include "cli/black_box_options.h"
#include "cli/data_options.h"
#include "cli/explain_options.h"
#include "cli/http_predictor_options.h"
#include "cli/interaction_options.h"
#include "cli/model_options.h"

namespace limpid::cli {
namespace {

void add_input(std::vector<OptionSpec>& out) {
  add_model_file_option(out);
  add_model_options(kInputGroup, out);
  add_data_option(out);
  out.push_back({"background",
                 "FILE|sample:N|kmeans:K",
                 kInputGroup,
                 "the reference rows, whose values absent features take: a CSV file, N rows of the data drawn by "
                 "--seed, or K centres of the data that count as often as rows are near them. Path-dependent values "
                 "need none. Other name: --baseline",
                 "sample:100",
                 {},
                 {},
                 "baseline"});
  out.push_back({"background-weights",
                 "COLUMN",
                 kInputGroup,
                 "of a background file: how much each of its rows counts (0 or more, of any scale)",
                 "",
                 {},
                 {},
                 ""});
  add_config_option(out);
}

void add_estimator_options(std::vector<OptionSpec>& out) {
  out.push_back(
      {"estimator",
       "E",
       kQuestionGroup,
       "of pairs that differ in more players: focus (the lattice of the players that matter most; no sampling), gp "
       "(posterior mean over sampled coalitions), wls (Kernel SHAP's least squares), auto (what is most accurate), "
       "exact (none: such rows are an error); estimates carry "
       "standard errors",
       "auto",
       {"auto", "focus", "gp", "wls", "exact"},
       {},
       ""});
}

/// How much work an estimate is worth.
void add_effort_options(std::vector<OptionSpec>& out) {
  out.push_back({"coalitions",
                 "N",
                 kQuestionGroup,
                 "that are evaluated per estimated pair; auto: level 12 of focus, for gp and wls 2048 and twice the "
                 "players that differ",
                 "auto",
                 {},
                 {},
                 ""});
  out.push_back({"design",
                 "D",
                 kQuestionGroup,
                 "which ones: leverage (sizes evenly, without repeats), kernel (as shap.KernelExplainer draws them)",
                 "leverage",
                 {"leverage", "kernel"},
                 {},
                 ""});
  out.push_back({"target-error",
                 "X",
                 kQuestionGroup,
                 "a row's coalitions are doubled until every standard error is at most X of the spread of its values, "
                 "or --max-coalitions; rows that stay above are counted and named",
                 "",
                 {},
                 {},
                 ""});
  out.push_back({"max-coalitions",
                 "N",
                 kQuestionGroup,
                 "where --target-error stops, up to 32768; focus and auto: any level where it is not given",
                 "16384",
                 {},
                 {},
                 ""});
}

void add_question(std::vector<OptionSpec>& out) {
  add_space_option(out);
  out.push_back({"method",
                 "M",
                 kQuestionGroup,
                 "auto, interventional (against the background), path-dependent (from the training covers in the "
                 "model; margin only; other name: tree_path_dependent), kernel (Kernel SHAP: the game of every pair, "
                 "also where leaf tables are exact and faster)",
                 "auto",
                 {"auto", "interventional", "path-dependent", "kernel"},
                 {{"tree_path_dependent", "path-dependent"},
                  {"path_dependent", "path-dependent"},
                  {"kernel_shap", "kernel"},
                  {"kernel-shap", "kernel"}},
                 ""});
  out.push_back({"link",
                 "L",
                 kQuestionGroup,
                 "of the mean response over the background: identity, logit (log-odds of the mean probability, as "
                 "Clarify's use_logit and shap.KernelExplainer's link; the game is then that of a row with all "
                 "background rows, and --max-exact-players counts the players in which it differs from any)",
                 "identity",
                 {"identity", "logit"},
                 {},
                 ""});
  add_rounds_option(out);
  out.push_back({"max-exact-players",
                 "N",
                 kQuestionGroup,
                 "response, or method kernel: the most players (features, or groups of them) in which a row and a "
                 "background row may differ for exact values, up to 20; the work doubles with each",
                 "16",
                 {},
                 {},
                 ""});
  add_estimator_options(out);
  add_effort_options(out);
  add_group_options(out);
  add_interactions_option(out);
  out.push_back({"seed", "N", kQuestionGroup, "of sample:N and of the designs of coalitions", "0", {}, {}, ""});
}

void add_output(std::vector<OptionSpec>& out) {
  out.push_back({"out",
                 "DIR",
                 kOutputGroup,
                 "a directory for analysis.json, explanations_shap/, manifest.json and run.json; - writes the rows' "
                 "values alone to standard output",
                 "",
                 {},
                 {},
                 ""});
  out.push_back({"format",
                 "F",
                 kOutputGroup,
                 "of the rows' values: jsonl, csv",
                 "jsonl",
                 {"jsonl", "csv"},
                 {{"json", "jsonl"}},
                 ""});
  out.push_back({"overwrite", "", kOutputGroup, "replace limpid's own files in DIR", "", {}, {}, ""});
  add_interactions_format_option(out);
  add_number_options(out);
  out.push_back({"outputs",
                 "all|predicted|NAMES",
                 kOutputGroup,
                 "which of the model's outputs are written: all, of each row the one with the largest prediction, or "
                 "those named, with commas",
                 "all",
                 {},
                 {},
                 ""});
}

void add_run(std::vector<OptionSpec>& out) {
  out.push_back(
      {"device", "D", kRunGroup, "auto (a GPU where there is one), cpu, cuda, cuda:0,1, cuda:all", "auto", {}, {}, ""});
  add_memory_option(out);
  add_thread_options(out);
}

CommandSpec make_spec() {
  CommandSpec spec;
  spec.name = "explain";
  spec.usage = "limpid explain --model FILE|--predictor P --data FILE --out DIR [options]";
  spec.summary =
      "Shapley values of a tree ensemble, or of any model that answers, for every row of a data file, and their global "
      "means.\n"
      "Columns are named by name or by 0-based index.";
  spec.required = {"data", "out"};  // and a model or a predictor
  add_input(spec.options);
  add_predictor_options(spec.options);
  add_http_options(spec.options);
  add_column_options(spec.options);
  add_json_data_options(spec.options);
  add_question(spec.options);
  add_output(spec.options);
  add_run(spec.options);
  add_message_options(spec.options);
  spec.examples =
      "  # why each applicant got their probability, against 100 of them\n"
      "  limpid explain --model loans.json --data loans.csv --id id --label approved --out values\n"
      "  # additive contributions to the margin, as XGBoost's pred_contribs, to a pipe\n"
      "  limpid explain --model loans.json --data loans.csv --method path-dependent --format csv --out - | head\n"
      "  # a background of your own\n"
      "  limpid explain --model loans.json --data loans.csv --background typical.csv --space margin --out values\n"
      "  # any model that reads CSV rows and writes a score for each\n"
      "  limpid explain --predictor 'cmd:python score.py' --data loans.csv --id id --label approved --out values\n"
      "  # two columns as one player\n"
      "  limpid explain --model loans.json --data loans.csv --group means=income,savings --out values\n";
  return spec;
}

}  // namespace

CommandSpec const& explain_spec() {
  static CommandSpec const spec = make_spec();
  return spec;
}

}  // namespace limpid::cli
