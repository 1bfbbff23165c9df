/// What `limpid bench` found: figures from the costs of its runs, as text and as JSON. Plain facts go in.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/explain_job.h"

namespace limpid::cli {

/// The same job with one option changed, on fewer rows.
struct AlternativeCosts {
  std::string change;  ///< "--space margin"
  JobCosts costs;
};

struct BenchFacts {
  std::vector<JobCosts> runs;  ///< of the same rows; at least one
  std::vector<AlternativeCosts> alternatives;
  bool sampled = false;        ///< the background is drawn from the data, in a pass over it
  double bytes_per_row = 0.0;  ///< of the data; 0: unknown (gzip)
  std::int64_t job_rows = 0;   ///< of the job whose time is estimated; 0: unknown
  std::string model;           ///< paths
  std::string data;
  std::string simd;
  std::int64_t peak_memory_bytes = 0;
};

/// One stage of the pipeline: seconds of all threads in it.
struct StageFigures {
  char const* name;
  double seconds;
  double share;            ///< of all stages' seconds, waiting included: they add up to 1
  double rows_per_second;  ///< of one thread that does nothing else; 0: no time was seen
};

struct BenchFigures {
  JobCosts run;                                       ///< the one with the median time per row
  std::vector<std::pair<std::string, double>> setup;  ///< medians
  std::vector<StageFigures> stages;
  double rows_per_second = 0.0;
  double pairs_per_second = 0.0;  ///< 0: no pairs are played
  double bytes_in_per_second = 0.0;
  double bytes_out_per_second = 0.0;
  double spread = 0.0;            ///< of the runs: (longest - shortest) / median
  double estimate_seconds = 0.0;  ///< of job_rows rows, setting up included; 0: unknown
};

[[nodiscard]] BenchFigures bench_figures(BenchFacts const& facts);
[[nodiscard]] double estimate_seconds(JobCosts const& costs, std::vector<std::pair<std::string, double>> const& setup,
                                      BenchFacts const& facts);

[[nodiscard]] std::string bench_text(BenchFacts const& facts);
[[nodiscard]] std::string bench_json(BenchFacts const& facts);

}  // namespace limpid::cli
