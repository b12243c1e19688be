#include "workers/json/json_object.hpp"

#include <set>
#include <vector>

#include "base/error.hpp"
#include "base/utf8_text.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t deepest = 64;
constexpr std::uintmax_t largest_file = std::uintmax_t{16} << 20;

/// Builds nothing; ends at the first rule that the text breaks.
class RuleChecker : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::string error;

  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(std::string& text) override {
    if (keys_.back().insert(text).second) return true;
    error = fmt::format("two entries are called \"{}\"", text);
    return false;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& problem) override {
    error = fmt::format("no JSON at byte {}: {}", position, problem.what());
    return false;
  }
  bool string(std::string&) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool binary(binary_t&) override { return true; }

 private:
  bool open() {
    keys_.emplace_back();
    if (keys_.size() > deepest) error = fmt::format("nested deeper than {} levels", deepest);
    return error.empty();
  }
  bool close() {
    keys_.pop_back();
    return true;
  }

  std::vector<std::set<std::string>> keys_;  // of the objects and arrays that are open; an array has none
};

}  // namespace

nlohmann::json parse_json_object(std::string_view text) {
  if (text.find('\0') != text.npos) throw DataError("it holds a null byte");  // the JSON library would end there
  RuleChecker checker;
  if (!nlohmann::json::sax_parse(text, &checker)) throw DataError("{}", checker.error);
  auto parsed = nlohmann::json::parse(text);
  if (!parsed.is_object()) throw DataError("it is {} instead of an object", shown(parsed));
  return parsed;
}

std::string read_json_text(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  // What is missing or a folder, read_file names; a pipe would let it wait.
  if (fs::is_regular_file(status) && fs::file_size(path, ignored) > largest_file) {
    throw DataError("{}: it has more than {} bytes", path.string(), largest_file);
  }
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status)) {
    throw DataError("{}: cannot read: it is no regular file", path.string());
  }
  return read_text(path);
}

std::string shown(const nlohmann::json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  const std::string text = value.dump();  // with control characters escaped
  return value.is_string() ? text.substr(1, text.size() - 2) : text;
}

}  // namespace agsweep
