// An engine on a device with too little memory.
#include <gtest/gtest.h>

#include <string>

#include "compile/compiled_model.h"
#include "explain/engine.h"
#include "limpid/error.h"
#include "reference/random_model.h"
#include "simt/memory.h"
#include "simt/settings.h"

namespace limpid {
namespace {

TEST(EngineOnASmallDevice, SaysWhatDidNotFit) {
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): configure changes what the reference shows
  simt::Settings const before = simt::settings();
  simt::Settings small = before;
  small.memory_limit = 200000;
  simt::configure(small);
  reference::ModelShape shape;
  shape.trees = 9;
  shape.depth = 5;
  shape.features = 8;
  shape.link = Link::kSigmoid;
  reference::Random random(22);
  Ensemble const ensemble = reference::random_ensemble(shape, random);
  CompiledModel const model = compile(ensemble);
  auto const background = reference::random_rows(ensemble, 5000, random);
  try {
    static_cast<void>(make_cuda_engine(model, {Space::kResponse, Method::kInterventional, Algorithm::kLattice, 16},
                                       background.view(), 0));
    ADD_FAILURE() << "it fitted";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), "device.memory");
    EXPECT_NE(std::string(error.what()).find("bytes asked for"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("background"), std::string::npos) << error.what();
  }
  simt::configure(before);
  EXPECT_EQ(simt::device_bytes_in_use(), 0U);
}

}  // namespace
}  // namespace limpid
