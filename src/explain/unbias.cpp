// Over all orders of the players an operator's mean depends on sums by coalition size alone. With w(s) = the sum, over
// the design's coalitions of size s and their members i, of weights[i, p],
//     mean of phi_i = Delta / V + sum_s w(s) / V (mean d of the coalitions of size s with i, less that of those
//     without),
// and the Shapley value has 2 there for every s, 1 for s = V / 2, whose coalitions' complements are of that size too.
// A posterior mean has less: it shrinks. The best unbiased weights (universal kriging) are those of the posterior mean
// plus sum_k lambda_k B_k K^-1, B_k[i, p] = h_k(s_p) (z_pi - s_p / V), with lambda so that sum_s h_k(s) (w(s) - 2) = 0.
#include "explain/unbias.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace limpid {
namespace {

constexpr std::int64_t kColumns = 512;  ///< solved for at a time
/// So much of the variance that is left may be added: with V / 2 pairs it is 1, with V of them 0.15, above 2 V 0.02 to
/// 0.1; with one pair it is V, and the values would be of no use.
constexpr double kMostVariance = 2.0;

std::size_t at(std::int64_t index) noexcept { return static_cast<std::size_t>(index); }

/// Piecewise linear functions h_k of a coalition's size: 1 at one knot, 0 at the others. Means by size are smooth (of
/// the game's order as a polynomial), so that a knot at every size is more than large games need.
class SizeFunctions {
 public:
  explicit SizeFunctions(CoalitionDesign const& design) {
    std::vector<std::int32_t> sizes = design.size;
    std::sort(sizes.begin(), sizes.end());
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
    auto const present = static_cast<std::int64_t>(sizes.size());
    std::int64_t const knots = std::min(present, kMostKnots);
    for (std::int64_t k = 0; k < knots; ++k) {
      knots_.push_back(sizes[at(knots == 1 ? 0 : k * (present - 1) / (knots - 1))]);
    }
  }
  [[nodiscard]] std::int64_t count() const noexcept { return static_cast<std::int64_t>(knots_.size()); }
  [[nodiscard]] double operator()(std::int64_t k, std::int32_t size) const noexcept {
    double const knot = knots_[at(k)];
    if (size == knots_[at(k)]) return 1.0;
    if (size < knots_[at(k)]) return k == 0 ? 1.0 : std::max(0.0, 1.0 - (knot - size) / (knot - knots_[at(k - 1)]));
    return k + 1 == count() ? 1.0 : std::max(0.0, 1.0 - (size - knot) / (knots_[at(k + 1)] - knot));
  }

 private:
  static constexpr std::int64_t kMostKnots = 12;
  std::vector<std::int32_t> knots_;
};

/// [q + 1] of(s_p) (z_pi - s_p / V) of player i, appended; 0 for the full coalition.
template <class OfSize>
void append_column(CoalitionDesign const& design, std::int32_t player, OfSize const& of, std::vector<double>& out) {
  for (std::int64_t p = 0; p < design.pairs(); ++p) out.push_back(of(design.size[at(p)]) * design.centred(p, player));
  out.push_back(0.0);
}

double product(double const* a, double const* b, std::int64_t n) noexcept {
  double sum = 0.0;
  for (std::int64_t p = 0; p < n; ++p) sum += a[p] * b[p];
  return sum;
}

/// [knots] what the operator lacks: sum_s h_k(s) (2 - w(s)).
std::vector<double> missing(CoalitionDesign const& design, SizeFunctions const& h, LinearEstimator const& estimator) {
  std::vector<double> out(at(h.count()), 0.0);
  for (std::int64_t k = 0; k < h.count(); ++k) {
    for (std::int32_t s = 1; 2 * s <= design.players; ++s)
      out[at(k)] += (2 * s == design.players ? 1.0 : 2.0) * h(k, s);
  }
  for (std::int64_t p = 0; p < design.pairs(); ++p) {
    double inside = 0.0;
    for (std::int32_t i = 0; i < design.players; ++i) {
      if (design.holds(p, i)) inside += estimator.weights[at(i * estimator.pairs + p)];
    }
    for (std::int64_t k = 0; k < h.count(); ++k) out[at(k)] -= inside * h(k, design.size[at(p)]);
  }
  return out;
}

/// [knots x knots] sum_i B_k[i] K^-1 B_l[i]', some players at a time.
std::vector<double> information(CoalitionDesign const& design, SizeFunctions const& h, SystemSolver& solver) {
  std::int64_t const n = design.pairs() + 1;
  std::int64_t const knots = h.count();
  std::int32_t const at_a_time = static_cast<std::int32_t>(std::max<std::int64_t>(1, kColumns / knots));
  std::vector<double> sum(at(knots * knots), 0.0);
  std::vector<double> columns;
  for (std::int32_t first = 0; first < design.players; first += at_a_time) {
    std::int32_t const last = std::min(first + at_a_time, design.players);
    columns.clear();
    for (std::int32_t i = first; i < last; ++i) {
      for (std::int64_t k = 0; k < knots; ++k) {
        append_column(
            design, i, [&](std::int32_t size) { return h(k, size); }, columns);
      }
    }
    auto solved = columns;
    solver.solve(solved, (last - first) * knots);
    for (std::int64_t i = 0; i < last - first; ++i) {
      for (std::int64_t k = 0; k < knots; ++k) {
        double const* const column = columns.data() + (i * knots + k) * n;
        for (std::int64_t l = 0; l < knots; ++l) {
          sum[at(k * knots + l)] += product(column, solved.data() + (i * knots + l) * n, n);
        }
      }
    }
  }
  return sum;
}

/// Adds sum_k lambda_k B_k K^-1 to the weights.
void add_change(CoalitionDesign const& design, SizeFunctions const& h, std::vector<double> const& lambda,
                SystemSolver& solver, LinearEstimator& out) {
  std::int64_t const n = out.pairs + 1;
  std::vector<double> columns;
  for (std::int32_t i = 0; i < design.players; ++i) {
    auto const combined = [&](std::int32_t size) {
      double sum = 0.0;
      for (std::int64_t k = 0; k < h.count(); ++k) sum += lambda[at(k)] * h(k, size);
      return sum;
    };
    append_column(design, i, combined, columns);
  }
  auto solved = columns;
  solver.solve(solved, design.players);
  for (std::int64_t i = 0; i < design.players; ++i) {
    double const* const change = solved.data() + i * n;
    out.variance_left[at(i)] += product(columns.data() + i * n, change, n);
    for (std::int64_t p = 0; p < out.pairs; ++p) out.weights[at(i * out.pairs + p)] += change[p];
    out.share[at(i)] += 0.5 * change[out.pairs];
  }
}

}  // namespace

void unbias(CoalitionDesign const& design, SystemSolver& solver, LinearEstimator& estimator) {
  SizeFunctions const h(design);
  auto const lacking = missing(design, h, estimator);
  auto lambda = lacking;
  auto const system = make_solver_cpu();
  if (!system->factor(information(design, h, solver), h.count())) return;
  system->solve(lambda, 1);
  double const more = product(lambda.data(), lacking.data(), h.count());  // of all values' variances
  double const left = std::accumulate(estimator.variance_left.begin(), estimator.variance_left.end(), 0.0);
  if (!(more <= kMostVariance * left)) return;
  add_change(design, h, lambda, solver, estimator);
}

}  // namespace limpid
