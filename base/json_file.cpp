#include "base/json_file.hpp"

#include <string>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/seal.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

nlohmann::json parsed(const std::string& text, const fs::path& path) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw DataError("{}: {}", path.string(), error.what());
  }
}

}  // namespace

nlohmann::json read_json(const fs::path& path) { return parsed(read_file(path), path); }

nlohmann::json read_result(const fs::path& path, std::string_view advice) {
  const std::string text = read_file(path);
  check_seal(text, result_seal, path, advice);
  nlohmann::json result = parsed(text, path);
  if (!result.is_object()) throw DataError("{}: not an object", path.string());
  return result;
}

}  // namespace agsweep
