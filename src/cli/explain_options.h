/// The options of `limpid explain`: their declaration, and their values in the words of the library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/black_box_options.h"
#include "cli/data_options.h"
#include "cli/groups.h"
#include "cli/interaction_options.h"
#include "explain/engine.h"
#include "io/row_source.h"
#include "limpid/ensemble.h"

namespace limpid::cli {

enum class BackgroundKind : std::uint8_t { kSample, kClusters, kFile };

struct BackgroundOption {
  BackgroundKind kind = BackgroundKind::kSample;
  std::int64_t count = 0;  ///< rows of the sample, or clusters
  std::string path;
  std::string weights;  ///< column of the file; empty: every row counts the same
  std::string text;     ///< as given: "sample:100"
  bool given = false;   ///< asked for, not the default
};

enum class DeviceKind : std::uint8_t { kAuto, kCpu, kCuda };

struct DeviceOption {
  DeviceKind kind = DeviceKind::kAuto;
  std::vector<std::int32_t> indices;  ///< of GPUs; empty: all of them
  std::string text;
};

struct ExplainOptions {
  std::vector<std::string> command;  ///< the arguments as given
  std::string model;
  LoadOptions load;
  ReadOptions data;
  BackgroundOption background;
  Space space = Space::kResponse;
  bool space_given = false;
  Method method = Method::kAuto;
  MeanLink mean_link = MeanLink::kIdentity;
  RoundsOption rounds;
  GroupsOption groups;
  InteractionsOption interactions;
  std::int32_t max_exact_players = 0;
  std::optional<EstimatorChoice> estimator;
  std::uint64_t seed = 0;
  std::string out;        ///< "-": standard output
  bool documents = true;  ///< false: the rows' values alone, in a directory that is never finished (limpid bench)
  bool csv = false;
  bool float64 = false;
  bool overwrite = false;
  std::vector<std::string> labels;
  std::vector<std::string> outputs;  ///< all, predicted, or labels
  DeviceOption device;
  int threads = 1;
  std::int64_t chunk_rows = 0;               ///< 0: chosen by the method
  std::string progress;                      ///< auto, none, plain, json
  std::optional<BlackBoxOptions> black_box;  ///< --predictor: there is no model of ours
};

[[nodiscard]] CommandSpec const& explain_spec();

/// Throws Error usage.value, usage.background, usage.group, config.*.
[[nodiscard]] ExplainOptions explain_options(Arguments const& arguments);

}  // namespace limpid::cli
