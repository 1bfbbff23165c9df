/// Predictions in the arithmetic of the library that wrote the model: trees walked on raw values in file order, sums
/// and links in the library's own types and order of operations. What limpid read of a model can so be held against
/// the library's own predictions to the last bit; nothing here passes through bins or the compiled form.
/// Determinism: sums are the same bits everywhere; the links use the C library's exp, as the libraries do.
#pragma once

#include <cstdint>
#include <memory>

#include "explain/engine.h"
#include "limpid/ensemble.h"

namespace limpid {

/// Margins of the rows: out[g * stride + r], [G x stride], stride >= rows.
void library_margins(Ensemble const& ensemble, RowsView rows, std::int64_t stride, double* out);

/// Turns margins into responses, in place. REQUIRES: ensemble.has_response.
void library_responses(Ensemble const& ensemble, std::int64_t rows, std::int64_t stride, double* margins);

/// An engine for the pipeline whose explanations hold predictions in `space` and no values (players: 0, no expected
/// value). The ensemble must outlive it. Throws Error model.objective: no response.
[[nodiscard]] std::unique_ptr<Engine> make_prediction_engine(Ensemble const& ensemble, Space space);

}  // namespace limpid
