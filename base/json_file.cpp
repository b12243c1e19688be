#include "base/json_file.hpp"

#include <string>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/seal.hpp"

namespace agsweep {

namespace fs = std::filesystem;

std::string sealed_json(std::string_view object) { return sealed(fmt::format("{{ {}{}\",{}\n", json_seal, no_seal_yet, object.substr(1))); }

nlohmann::json read_sealed_json(const fs::path& path, std::string_view advice, std::initializer_list<std::string_view> left_out) {
  const std::string text = read_file(path);
  // A result.json of a version with seals has "config_seal" too.
  if (!check_seal(text, json_seal, path, advice) && text.find("seal\"") != text.npos) {
    throw DataError("{}: its seal is damaged; {}", path.string(), advice);
  }
  std::optional<nlohmann::json> record = parse_object<nlohmann::json>(text, left_out);
  if (!record) throw DataError("{}: not an object of JSON; {}", path.string(), advice);
  return *std::move(record);
}

}  // namespace agsweep
