#include "base/path_text.hpp"

#include <charconv>  // std::from_chars

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/toml_text.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view uri_scheme = "file:";

bool is_utf8(const std::string& bytes) {
  try {
    return toml::parse("path = " + toml_text(bytes))["path"].value_exact<std::string>() == bytes;
  } catch (const toml::parse_error&) {
    return false;
  }
}

}  // namespace

std::string path_text(const fs::path& path) {
  const std::string& bytes = path.native();
  if (!bytes.starts_with(uri_scheme) && is_utf8(bytes)) return bytes;
  std::string text(uri_scheme);
  for (const char character : bytes) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte > ' ' && byte < 0x7F && byte != '%') {
      text += character;
    } else {
      text += fmt::format("%{:02X}", byte);
    }
  }
  return text;
}

fs::path path_of_text(std::string_view text) {
  if (!text.starts_with(uri_scheme)) return text;
  text.remove_prefix(uri_scheme.size());
  std::string bytes;
  while (!text.empty()) {
    unsigned byte = 0;
    if (text.front() == '%' && text.size() > 2 && std::from_chars(text.data() + 1, text.data() + 3, byte, 16).ptr == text.data() + 3) {
      bytes += static_cast<char>(byte);
      text.remove_prefix(3);
    } else {
      bytes += text.front();
      text.remove_prefix(1);
    }
  }
  return bytes;
}

std::string absolute_path_text(const fs::path& path) { return path_text(fs::absolute(path).lexically_normal()); }

}  // namespace agsweep
