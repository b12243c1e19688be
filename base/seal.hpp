#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace agsweep {

/// What a writer puts where the seal is to stand: 64 zeros.
constexpr std::string_view no_seal_yet = "0000000000000000000000000000000000000000000000000000000000000000";

/// What stands before the seal of a result.json.
constexpr std::string_view result_seal = "\"seal\": \"";

/// A text that carries the SHA-256 of itself, in which that digest counts as 64 zeros: so a byte that was changed or lost later shows.
/// @param text  with no_seal_yet in it once
std::string sealed(std::string text);

/// Whether a text holds a seal, which then matches.
/// @param before  what stands before the digest: "seal = \"". The last place of it counts
/// @return false for a text without one, of a version before there were seals
/// @throws DataError for a text that was changed
/// @param path    the text's file, and
/// @param advice  how to go on, for the error
bool check_seal(std::string_view text, std::string_view before, const std::filesystem::path& path, std::string_view advice);

}  // namespace agsweep
