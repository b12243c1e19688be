#include "sweeps/report/html.hpp"

#include <algorithm>  // std::min
#include <cstdint>
#include <utility>  // std::move

#include <fmt/format.h>

namespace agsweep {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// Length in bytes of the UTF-8 character at the front of `text` (RFC 3629, table 3-7 of Unicode); 0 where there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) -> std::uint32_t { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  if (byte(0) < 0x80) return 1;
  if (byte(0) >= 0xC2 && byte(0) <= 0xDF) return continues(1) ? 2 : 0;
  if ((byte(0) & 0xF0U) == 0xE0U) {
    const bool overlong = byte(0) == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = byte(0) == 0xED && byte(1) > 0x9F;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (byte(0) >= 0xF0 && byte(0) <= 0xF4) {
    const bool overlong = byte(0) == 0xF0 && byte(1) < 0x90;
    const bool too_large = byte(0) == 0xF4 && byte(1) > 0x8F;
    return continues(1) && continues(2) && continues(3) && !overlong && !too_large ? 4 : 0;
  }
  return 0;
}

std::string_view escaped(char character) {
  switch (character) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\n':
      return "\n";
    default:
      break;
  }
  return static_cast<unsigned char>(character) < ' ' || character == '\x7f' ? " " : std::string_view();
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view special = length == 1 ? escaped(text.front()) : std::string_view();
    safe += length == 0 ? replacement : special.empty() ? text.substr(0, length) : special;
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return safe;
}

HtmlTable::HtmlTable(const std::vector<std::string>& header, std::vector<Align> align) : align_(std::move(align)) {
  rows_ = "<thead><tr>";
  for (std::size_t i = 0; i < header.size(); ++i) {
    rows_ += fmt::format("<th scope=\"col\"{}>{}</th>", align_.at(i) == Align::right ? " class=\"n\"" : "", escape_html(header[i]));
  }
  rows_ += "</tr></thead>\n<tbody>\n";
}

void HtmlTable::add(const std::vector<std::string>& cells, bool mark) {
  rows_ += mark ? "<tr class=\"mark\">" : "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    rows_ += fmt::format("<td{}>{}</td>", align_.at(i) == Align::right ? " class=\"n\"" : "", escape_html(cells[i]));
  }
  rows_ += "</tr>\n";
}

void HtmlTable::add_group(std::string_view text) {
  rows_ += fmt::format("<tr class=\"group\"><th scope=\"colgroup\" colspan=\"{}\"><span>{}</span></th></tr>\n", align_.size(),
                       escape_html(text));
}

std::string HtmlTable::html() const {
  return fmt::format("<div class=\"{}\" tabindex=\"0\"><table>\n{}</tbody></table></div>\n", box_, rows_);
}

std::string paragraph(std::string_view text) { return fmt::format("<p>{}</p>\n", escape_html(text)); }

std::string command_block(std::string_view command) {
  std::string html;
  while (!command.empty()) {
    const std::string_view part = command.substr(0, command.find(" --"));
    command.remove_prefix(std::min(part.size() + 1, command.size()));
    html += fmt::format("{}<span class=\"option\">{}</span>", html.empty() ? "" : " ", escape_html(part));
  }
  return fmt::format("<pre class=\"command\"><code>{}</code></pre>\n", html);
}

std::string nothing_to_show(std::string_view why) { return fmt::format("<p class=\"none\">{}</p>\n", escape_html(why)); }

std::string folded(std::string_view summary, std::string_view html) {
  return fmt::format("<details>\n<summary>{}</summary>\n{}</details>\n", escape_html(summary), html);
}

std::string definition_list(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string list = "<dl>\n";
  for (const auto& [name, value] : rows) {
    list += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_html(name), escape_html(value));
  }
  return list + "</dl>\n";
}

}  // namespace agsweep
