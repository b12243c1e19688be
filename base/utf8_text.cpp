#include "base/utf8_text.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

namespace agsweep {

namespace {

using std::string_view_literals::operator""sv;

/// The name of an encoding other than UTF-8, if `bytes` begin as one.
std::string_view other_encoding(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE\0\0"sv) || bytes.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32";
  if (bytes.starts_with("\xFF\xFE"sv) || bytes.starts_with("\xFE\xFF"sv)) return "UTF-16";
  if (bytes.size() < 2) return {};
  return (bytes[0] == '\0') != (bytes[1] == '\0') ? "UTF-16" : "";  // an ASCII character without a byte order mark before it
}

}  // namespace

std::string_view utf8_text(std::string_view bytes, std::string_view name) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (const std::string_view encoding = other_encoding(bytes); !encoding.empty()) {
    throw DataError("{}: this is {}, not UTF-8; convert it: iconv -f {} -t UTF-8", name, encoding, encoding);
  }
  return bytes.substr(bytes.starts_with(mark) ? mark.size() : 0);
}

std::string read_text(const std::filesystem::path& path) {
  std::string bytes = read_file(path);
  bytes.erase(0, bytes.size() - utf8_text(bytes, path.string()).size());
  return bytes;
}

}  // namespace agsweep
