#include "data/class_names.hpp"

#include <algorithm>  // std::sort, std::find_if

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/utf8_text.hpp"
#include "data/csv_reader.hpp"  // trimmed, number_in
#include "data/utf8.hpp"

namespace agsweep {

namespace {

bool is_number(const std::string& name) { return number_in(name).has_value(); }

ClassNames named(std::vector<std::string> names, std::string origin) {
  ClassNames classes{.names = std::move(names), .label_of = {}, .origin = std::move(origin)};
  for (const std::string& name : classes.names) classes.label_of.emplace(name, static_cast<std::uint8_t>(classes.label_of.size()));
  return classes;
}

void number_from_one(ClassNames& classes) {
  for (std::size_t i = 0; i < classes.names.size(); ++i) classes.label_of.emplace(std::to_string(i + 1), static_cast<std::uint8_t>(i));
}

void sort_by_number(std::vector<std::string>& names, const std::string& table) {
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return number_in(a) < number_in(b); });
  const auto same =
      std::adjacent_find(names.begin(), names.end(), [](const auto& a, const auto& b) { return number_in(a) == number_in(b); });
  if (same != names.end()) throw DataError("{}: the classes {} and {} are one number, written in two ways", table, *same, *(same + 1));
}

/// Whether the names are numbers. @throws DataError where some are, naming the first of the fewer
bool require_one_kind(const std::vector<std::string>& names, const std::map<std::string, std::size_t>& first_lines,
                      const std::string& table) {
  const auto numbers = static_cast<std::size_t>(std::count_if(names.begin(), names.end(), is_number));
  if (numbers == 0 || numbers == names.size()) return numbers > 0;
  const bool fewer_numbers = 2 * numbers < names.size();
  const auto odd = std::find_if(names.begin(), names.end(), [&](const std::string& name) { return is_number(name) == fewer_numbers; });
  throw DataError("{}:{}: class \"{}\" is {} number, unlike most classes; classes.txt may name them all", table, first_lines.at(*odd), *odd,
                  fewer_numbers ? "a" : "no");
}

}  // namespace

std::vector<std::string> ag_news_classes() { return {"World", "Sports", "Business", "Sci/Tech"}; }

void require_class_name(const std::string& name, const std::string& file, std::size_t line) {
  if (name.empty()) throw DataError("{}:{}: the class is empty", file, line);
  if (name.find('\0') != name.npos) throw DataError("{}:{}: the class has a zero byte", file, line);
  if (name.size() > max_class_name_bytes) {
    throw DataError("{}:{}: the class has {} bytes, \"{:.40}..\"; is it the text?", file, line, name.size(), name);
  }
  std::string scratch;
  if (const std::string_view shown = replace_invalid_utf8(name, scratch); shown != name) {
    throw DataError("{}:{}: the class \"{}\" is no UTF-8; convert the file: iconv -f WINDOWS-1252 -t UTF-8, for one", file, line, shown);
  }
}

ClassNames read_class_names(const std::filesystem::path& path) {
  const std::string content = read_text(path);
  require_line_feeds(content, path.string());
  std::vector<std::string> names;
  std::size_t line = 0;
  for (std::string_view rest = trimmed(content); !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string name(trimmed(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++line;
    require_class_name(name, path.string(), line);
    if (std::find(names.begin(), names.end(), name) != names.end())
      throw DataError("{}:{}: \"{}\" stands there twice", path.string(), line, name);
    names.push_back(name);
  }
  if (names.size() < 2 || names.size() > max_classes)
    throw DataError("{}: expected 2 to {} class names, found {}", path.string(), max_classes, names.size());
  ClassNames classes = named(std::move(names), "classes.txt");
  if (std::none_of(classes.names.begin(), classes.names.end(), is_number)) number_from_one(classes);
  return classes;
}

ClassNames occurring_classes(const std::map<std::string, std::size_t>& first_lines, const std::string& table) {
  std::vector<std::string> names;
  for (const auto& entry : first_lines) names.push_back(entry.first);
  if (names.size() == 1)
    throw DataError("{}: every row is of class \"{}\": with one class there is nothing to tell apart", table, names[0]);
  if (names.size() > max_classes) throw DataError("{}: expected 2 to {} classes, found {}", table, max_classes, names.size());
  if (names == std::vector<std::string>{"1", "2", "3", "4"}) {
    ClassNames classes = named(ag_news_classes(), "AG News's names of 1 to 4");
    classes.label_of.clear();
    number_from_one(classes);
    return classes;
  }
  const bool numbers = require_one_kind(names, first_lines, table);
  if (numbers) sort_by_number(names, table);
  return named(std::move(names), numbers ? "numbers in the training rows" : "names in the training rows");
}

}  // namespace agsweep
