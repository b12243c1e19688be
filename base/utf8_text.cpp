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
  // Without a byte order mark: the first two characters are ASCII, or most of the first 32.
  bytes = bytes.substr(0, 64);
  const auto zero = [bytes](std::size_t at) { return bytes[at] == '\0'; };
  if (bytes.size() < 2 || zero(0) == zero(1)) return {};
  std::size_t ascii = 0;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) ascii += zero(at) == zero(0) && zero(at + 1) == zero(1) ? 1 : 0;
  const bool first_two = bytes.size() >= 4 && zero(2) == zero(0) && zero(3) == zero(1);
  return first_two || ascii > bytes.size() / 4 ? "UTF-16" : "";
}

}  // namespace

std::string_view utf8_text(std::string_view bytes, std::string_view name) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (const std::string_view encoding = other_encoding(bytes); !encoding.empty()) {
    throw DataError("{}: this is {}, not UTF-8; convert it: iconv -f {} -t UTF-8", name, encoding, encoding);
  }
  return bytes.substr(bytes.starts_with(mark) ? mark.size() : 0);
}

void require_line_feeds(std::string_view text, std::string_view name) {
  const std::size_t first = text.find('\r');
  if (first == text.npos || text.find('\n') != text.npos || text.find_first_not_of('\r', first) == text.npos) return;
  throw DataError(R"({}: its lines end in carriage returns alone, not in line feeds; convert it: tr '\r' '\n')", name);
}

std::string read_text(const std::filesystem::path& path) {
  std::string bytes = read_file(path);
  bytes.erase(0, bytes.size() - utf8_text(bytes, path.string()).size());
  return bytes;
}

}  // namespace agsweep
