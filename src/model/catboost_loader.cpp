// CatBoost's models in JSON.
#include <utility>

#include "model/catboost_document.h"
#include "model/json_reader.h"
#include "model/loaders.h"

namespace limpid::model {

Ensemble read_catboost_json(ModelBytes const& model) {
  JsonReader in(model.bytes);
  CatboostDocument document;
  Place place;
  try {
    read_catboost_document(in, document, place, model.name, model.consumed);
  } catch (ReadError const& error) {
    fail_to_read(error, place.text(), model);
  }
  return assemble_catboost(std::move(document), model);
}

}  // namespace limpid::model
