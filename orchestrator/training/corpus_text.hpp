#pragma once

#include <string>

#include "base/json.hpp"
#include "data/prepare.hpp"

namespace agsweep {

/// What `agsweep prepare` has made, for programs: rows, tokens and classes of each split, duplicates between them, what was skipped.
nlohmann::json to_json(const Prepared& prepared);

/// The same for a person: a line a split, then a line a class.
std::string corpus_text(const Prepared& prepared);

}  // namespace agsweep
