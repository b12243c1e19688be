#include "base/json_file.hpp"

#include <algorithm>  // std::ranges::find
#include <exception>
#include <string>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/seal.hpp"

namespace agsweep {

namespace fs = std::filesystem;

std::string sealed_json(std::string_view object) { return sealed(fmt::format("{{ {}{}\",{}\n", json_seal, no_seal_yet, object.substr(1))); }

template <typename Json>
std::optional<Json> parse_object(std::string_view text, std::initializer_list<std::string_view> left_out) {
  if (text.find('\0') != text.npos) return std::nullopt;  // the JSON library would end there
  constexpr int deepest = 64;
  struct TooDeep : std::exception {};
  const auto is_taken = [&](int depth, typename Json::parse_event_t event, const Json& value) {
    if (depth > deepest) throw TooDeep();
    return event != Json::parse_event_t::key || std::ranges::find(left_out, value.template get_ref<const std::string&>()) == left_out.end();
  };
  try {
    Json object = Json::parse(text, is_taken);
    if (object.is_object()) return object;
  } catch (const typename Json::exception&) {
  } catch (const TooDeep&) {
  }
  return std::nullopt;
}

template std::optional<nlohmann::json> parse_object(std::string_view, std::initializer_list<std::string_view>);
template std::optional<nlohmann::ordered_json> parse_object(std::string_view, std::initializer_list<std::string_view>);

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
