#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace agsweep {

/// A record's text: that of an object which is not empty, with a seal (base/seal.hpp) beside the opening brace, where no line that is lost
/// takes it away alone.
/// @param object  as dump() writes it, with "seal" as no key of its own
std::string sealed_json(std::string_view object);

/// A record, an object; of a version before there were seals, too.
/// @param advice  how to go on, for the error
/// @throws DataError, naming the file, when it is missing, no object, or not what its seal says
nlohmann::json read_sealed_json(const std::filesystem::path& path, std::string_view advice);

}  // namespace agsweep
