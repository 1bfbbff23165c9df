/// The documents beside the values (docs/contract.md, Files in DIR): analysis.json, baseline.csv, manifest.json and
/// run.json, as text. Plain facts go in; the same facts give the same bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "explain/engine.h"
#include "io/output_directory.h"
#include "io/row_source.h"

namespace limpid {

[[nodiscard]] char const* name_of(Space space) noexcept;    ///< "response", "margin"
[[nodiscard]] char const* name_of(Method method) noexcept;  ///< "auto", "interventional", "path-dependent", "kernel"
[[nodiscard]] char const* name_of(Algorithm algorithm) noexcept;  ///< "leaf-tables", "lattice"
[[nodiscard]] char const* name_of(MeanLink link) noexcept;        ///< "identity", "logit"
[[nodiscard]] char const* name_of(EstimatorKind kind) noexcept;   ///< "auto", "gp", "wls", "focus"
[[nodiscard]] char const* name_of(DesignKind kind) noexcept;      ///< "leverage", "kernel"

/// analysis.json as SageMaker Clarify writes it: indented by four, doubles in full.
struct AnalysisFacts {
  std::vector<std::string> labels;     ///< [G]
  std::vector<std::string> players;    ///< [P] in the data's column order
  std::vector<double> mean_abs;        ///< [G x P] mean |phi|, players in that order
  std::vector<double> expected_value;  ///< [G]
};
[[nodiscard]] std::string analysis_json(AnalysisFacts const& facts);

/// baseline.csv: the background rows that were used, feature columns in the data's column order, as --background reads
/// them: categories by their texts, missing: empty ("NaN" where the empty text is a category), a category that the
/// model has never seen: "(unseen)". Weighted rows have their weights in a last column, as --background-weights reads
/// them: "background_weight", with "_" behind it while a feature has that name.
[[nodiscard]] std::string baseline_header(DataSchema const& schema, bool weighted = false);
void append_baseline(DataSchema const& schema, Background const& background, std::string& out);

/// Texts of a feature's values that are no category of the model.
struct UnseenFacts {
  std::string feature;
  std::int64_t count = 0;  ///< values
  std::string rule;        ///< what they were taken for: "missing", "other"
};
[[nodiscard]] std::vector<UnseenFacts> unseen_facts(std::vector<UnseenTexts> const& unseen);

/// A file that was read. `name`: base name; `sha256`: empty when unknown (written as null).
struct InputFacts {
  std::string name;
  std::string sha256;
  std::int64_t rows = 0;
  std::vector<UnseenFacts> unseen = {};
};

/// One model of an archive.
struct MemberFacts {
  std::string entry;  ///< its name there
  std::string version;
  std::string base_score;
  std::int64_t trees = 0;
  std::int32_t rounds_begin = 0;
  std::int32_t rounds_end = 0;
  std::int32_t rounds_in_file = 0;
};

struct ModelFacts {
  InputFacts file;  ///< rows is not used
  std::string library;
  std::string version;
  std::string format;
  std::string objective;
  std::string base_score;
  std::int64_t trees = 0;         ///< that were explained
  std::int32_t rounds_begin = 0;  ///< rounds [begin, end) were explained
  std::int32_t rounds_end = 0;
  std::int32_t rounds_in_file = 0;
  std::string container = {};             ///< of an archive or a compressed file: "tar, gzip"
  std::vector<MemberFacts> members = {};  ///< what was read of it; several: the response is the mean of theirs
};

/// Of a black box.
struct PredictorDocument {
  std::string kind;     ///< "command", "http", "xgboost"; empty: the model is ours
  std::string target;   ///< command, URL, file
  std::string version;  ///< of a library; empty: not known
  std::vector<std::string> text_columns;
};

/// How k-means made a background.
struct ClusterFacts {
  std::int64_t rows = 0;   ///< of the data that it saw
  std::int32_t steps = 0;  ///< Lloyd's
};

/// kind: "none", "sample", "kmeans", "file".
struct BackgroundFacts {
  std::string kind = "none";
  std::string asked;  ///< as given: "sample:100"; of a file: its base name
  std::string sha256;
  std::int64_t rows = 0;
  std::vector<UnseenFacts> unseen = {};  ///< of a file; a sample's are among the data's
  std::string weight_column = {};        ///< of a file
  std::vector<double> weights = {};      ///< [rows], or empty: all the same
  ClusterFacts clusters = {};            ///< of kmeans
};

struct AdditivityFacts {
  double error = 0.0;  ///< largest part of its tolerance
  double tolerance = 0.0;
  std::int64_t row = -1;
  std::string label;
  bool holds = true;
};

/// What a group of features gets: one value as a player, or the sum of its features' values.
enum class GroupMode : std::uint8_t { kPlayers, kSum };
[[nodiscard]] char const* name_of(GroupMode mode) noexcept;  ///< "players", "sum"

struct GroupMembers {
  std::string name;
  std::vector<std::string> features;  ///< in the data's column order
};

struct GroupFacts {
  bool asked = false;
  GroupMode mode = GroupMode::kPlayers;
  std::string separator;   ///< of names in levels; empty: the groups were named
  std::int32_t level = 0;  ///< of `levels`, with a separator
  std::int32_t levels = 0;
  std::vector<GroupMembers> groups;  ///< in output order; features by themselves are not listed
};

/// Only what determines values: the same on every device, for any number of threads and any chunk size.
struct ManifestFacts {
  ModelFacts model;  ///< of no name: a black box
  PredictorDocument predictor;
  InputFacts data;
  Question question;
  Link link = Link::kIdentity;
  BackgroundFacts background;
  std::uint64_t seed = 0;
  std::int64_t pairs = 0;            ///< (row, background row) pairs that were explained; 0: no background
  std::int32_t largest_players = 0;  ///< lattice: the most players that were live in a pair; logit: in a row
  std::int64_t estimated_rows = 0;   ///< with estimated pairs
  std::int64_t estimated_pairs = 0;
  PairsByEstimator pairs_by{};
  std::int64_t over_target_rows = 0;
  std::vector<std::int64_t> first_over_target;
  std::vector<double> mean_errors;   ///< [G x P] mean standard errors, players in output order
  std::vector<std::string> players;  ///< in output order
  GroupFacts groups;
  std::vector<std::string> labels;  ///< of the outputs that were written
  bool predicted_only = false;      ///< of each row only the output with the largest prediction
  std::vector<double> expected_value;
  std::string id_column;
  std::vector<std::string> missing;  ///< spellings declared by --missing
  InputFacts categories;             ///< the file of --categories; empty name: none; rows is not used
  std::string format;                ///< "jsonl", "csv"
  bool float64 = false;
  std::int64_t interactions_top = 0;  ///< of each row the largest; 0: all; only where the question asks for them
  std::string interactions_format = {};
  AdditivityFacts additivity;
  std::int64_t rows_skipped = 0;
  std::vector<std::string> notes;  ///< what was assumed and said: rounds, columns by position
};
/// `files`: all but run.json are listed.
[[nodiscard]] std::string manifest_json(ManifestFacts const& facts, std::span<WrittenFile const> files);

/// How the values were made: everything that may differ between two runs with the same manifest.
struct RunFacts {
  std::vector<std::string> command;
  std::string model_path;
  std::string data_path;
  std::string background_path;
  std::string out_path;
  std::string device;            ///< "cpu", "cuda:0 NVIDIA H100"
  std::string device_reason;     ///< why it is the CPU where a GPU was there; else empty
  std::string estimator_solver;  ///< "LAPACK", "cuSOLVER"; empty: nothing was estimated
  std::string simd;
  std::string host;
  std::string arrow_version;
  std::string compiler;
  int threads = 1;
  int engine_workers = 1;
  std::int64_t chunk_rows = 0;
  std::string started_at;  ///< RFC 3339, UTC
  double seconds = 0.0;
  double rows_per_second = 0.0;
  std::vector<std::pair<std::string, double>> stage_seconds;
  std::int64_t peak_memory_bytes = 0;
  std::int64_t requests = 0;  ///< of a black box's predictor
  std::int64_t rows_sent = 0;
  std::int64_t bytes_sent = 0;  ///< of the rows as text, http
  std::string predictor_remark;
  std::int64_t memory_bytes = 0;  ///< --memory; 0: no black box
};
[[nodiscard]] std::string run_json(RunFacts const& facts);

}  // namespace limpid
