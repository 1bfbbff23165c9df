/// Takes out of an operator what its errors have in common over all orders of the players (kernels/player_order.h), so
/// that the errors of a row's pairs average out: its mean over all orders then gives the Shapley values themselves.
#pragma once

#include "explain/design.h"
#include "explain/linear_estimator.h"
#include "kernels/solve_operator.h"

namespace limpid {

/// `solver` holds the covariances of the observations [q + 1], the last one Delta / 2. Weights change by the least that
/// the posterior variance grows by (universal kriging), and variance_left by that. A design too small for it is left
/// as it is.
void unbias(CoalitionDesign const& design, SystemSolver& solver, LinearEstimator& estimator);

}  // namespace limpid
