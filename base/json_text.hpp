#pragma once

#include <string>

#include "base/json.hpp"

namespace agsweep {

/// JSON for a person's eyes, over several lines. A path may hold any bytes, JSON only UTF-8: others become U+FFFD.
template <typename Json>
std::string json_text(const Json& json) {
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace agsweep
