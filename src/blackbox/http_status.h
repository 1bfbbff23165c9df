/// What a status of an HTTP answer means for the rows that were sent.
#pragma once

#include <cstdint>

namespace limpid {

inline constexpr std::int32_t kPayloadTooLarge = 413;

[[nodiscard]] constexpr bool is_success(std::int32_t status) noexcept { return status >= 200 && status < 300; }
/// Worth another try.
[[nodiscard]] constexpr bool is_transient(std::int32_t status) noexcept { return status == 429 || status >= 500; }
/// What a model's failure on the rows looks like, 424 as SageMaker tells it: single rows may still be answered.
[[nodiscard]] constexpr bool is_model_error(std::int32_t status) noexcept {
  return status == 400 || status == 422 || status == 424 || status == 500;
}

}  // namespace limpid
