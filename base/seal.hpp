#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace agsweep {

/// What a writer puts where the seal is to stand: 64 zeros.
constexpr std::string_view no_seal_yet = "0000000000000000000000000000000000000000000000000000000000000000";

/// What stands before the seal of a JSON file.
constexpr std::string_view json_seal = "\"seal\": \"";

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

/// The first bytes of a file that only grows.
struct PrefixSeal {
  std::uint64_t bytes = 0;
  std::string sha256;
};
void to_json(nlohmann::json& json, const PrefixSeal& seal);
void from_json(const nlohmann::json& json, PrefixSeal& seal);

/// That a file is as a record beside it has sealed it.
/// @param text   the file's
/// @param record  a JSON file's object; where it has no PrefixSeal of the file's name in "files", it is of before there were seals
/// @param grows  the file may have more rows by now
/// @throws DataError that names the file, and the record as `witness`
void check_rows(const std::filesystem::path& path, std::string_view text, const nlohmann::json& record, std::string_view witness,
                bool grows);

}  // namespace agsweep
