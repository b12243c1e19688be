#include "base/seal.hpp"

#include <span>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"

namespace agsweep {

std::string sealed(std::string text) {
  const std::string digest = sha256(std::as_bytes(std::span(text)));
  return text.replace(text.find(no_seal_yet), no_seal_yet.size(), digest);
}

bool check_seal(std::string_view text, std::string_view before, const std::filesystem::path& path, std::string_view advice) {
  const std::size_t found = text.rfind(before);
  if (found == text.npos) return false;
  const std::string_view seal = text.substr(found + before.size(), no_seal_yet.size());
  std::string unsealed(text);
  unsealed.replace(found + before.size(), seal.size(), no_seal_yet);
  if (sha256(std::as_bytes(std::span(unsealed))) == seal) return true;
  throw DataError("{}: its content is not what its seal says (SHA-256 {:.12}..): it was changed or damaged; {}", path.string(), seal,
                  advice);
}

void to_json(nlohmann::json& json, const PrefixSeal& seal) { json = {{"bytes", seal.bytes}, {"sha256", seal.sha256}}; }

void from_json(const nlohmann::json& json, PrefixSeal& seal) {
  json.at("bytes").get_to(seal.bytes);
  json.at("sha256").get_to(seal.sha256);
}

void check_rows(const std::filesystem::path& path, std::string_view text, const nlohmann::json& record, std::string_view witness,
                bool grows) {
  const nlohmann::json::json_pointer place = nlohmann::json::json_pointer("/files") / path.filename().string();
  if (!record.contains(place)) return;
  const auto seal = record.at(place).get<PrefixSeal>();
  const bool whole = grows ? seal.bytes <= text.size() : seal.bytes == text.size();
  if (whole && sha256(std::as_bytes(std::span(text.substr(0, seal.bytes)))) == seal.sha256) return;
  throw DataError("{}: its rows are not those that {} has sealed: they were changed, damaged or lost; put the file back as it was",
                  path.string(), witness);
}

}  // namespace agsweep
