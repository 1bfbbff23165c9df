// XGBoost's documents, JSON and UBJSON.
#include <utility>

#include "model/content.h"
#include "model/json_reader.h"
#include "model/loaders.h"
#include "model/ubjson_reader.h"
#include "model/xgboost_document.h"

namespace limpid::model {
namespace {

Ensemble read_document(DocumentReader& in, ModelBytes const& model, char const* format) {
  XgboostDocument document;
  Place place;
  try {
    read_xgboost_document(in, document, place, model.name, model.consumed);
  } catch (ReadError const& error) {
    fail_to_read(error, place.text(), model);
  }
  if (!document.has_learner) refuse_document(document.other_keys, model.name);
  return assemble_xgboost(std::move(document), model, format);
}

}  // namespace

Ensemble read_xgboost_json(ModelBytes const& model) {
  JsonReader in(model.bytes);
  return read_document(in, model, "json");
}

Ensemble read_xgboost_ubjson(ModelBytes const& model) {
  UbjsonReader in(model.bytes);
  return read_document(in, model, "ubjson");
}

}  // namespace limpid::model
