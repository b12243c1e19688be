#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace agsweep {

/// A record's text: that of an object which is not empty, with a seal (base/seal.hpp) beside the opening brace, where no line that is lost
/// takes it away alone.
/// @param object  as dump() writes it, with "seal" as no key of its own
std::string sealed_json(std::string_view object);

/// A JSON object in an order of keys (nlohmann::json, nlohmann::ordered_json). @return nullopt for what is none, or one whose values stand
/// in each other so deep that a copy of it might overflow the stack
/// @param left_out  keys, at any depth, whose values nobody asks for
template <typename Json>
std::optional<Json> parse_object(std::string_view text, std::initializer_list<std::string_view> left_out = {});

/// A record, an object; of a version before there were seals, too.
/// @param advice  how to go on, for the error
/// @param left_out  as parse_object has it
/// @throws DataError, naming the file, when it is missing, no object, or not what its seal says
nlohmann::json read_sealed_json(const std::filesystem::path& path, std::string_view advice,
                                std::initializer_list<std::string_view> left_out = {});

}  // namespace agsweep
