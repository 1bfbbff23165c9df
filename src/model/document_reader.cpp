#include "model/document_reader.h"

#include <fmt/core.h>

#include "limpid/error.h"

namespace limpid::model {

void fail_to_read(ReadError const& error, std::string const& place, ModelBytes const& model) {
  std::string const inside = place.empty() ? "" : fmt::format(", in {}", place);
  if (error.truncated)
    throw Error("model.format", fmt::format("the model is truncated: it ends at byte {}{}", model.bytes.size(), inside),
                model.name, "copy or save the file again");
  throw Error("model.format", error.message, fmt::format("{}, byte {}{}", model.name, error.offset, inside),
              "the file is damaged or of another format: save the model again");
}

}  // namespace limpid::model
