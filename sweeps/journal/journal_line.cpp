#include "sweeps/journal/journal_line.hpp"

#include <array>

#include "base/error.hpp"
#include "base/json_file.hpp"

namespace agsweep {

namespace {

/// The text with null for each of Python's numbers that JSON lacks, strings left alone.
std::string without_python_numbers(std::string_view text) {
  constexpr std::array<std::string_view, 3> words = {"-Infinity", "Infinity", "NaN"};
  std::string plain;
  bool in_string = false;
  while (!text.empty()) {
    std::size_t length = in_string && text.front() == '\\' ? 2 : 1;
    if (text.front() == '"') in_string = !in_string;
    std::string_view piece = text.substr(0, length);
    for (const std::string_view word : words) {
      if (in_string || !text.starts_with(word)) continue;
      piece = "null";
      length = word.size();
      break;
    }
    plain += piece;
    text.remove_prefix(std::min(length, text.size()));
  }
  return plain;
}

}  // namespace

std::optional<JournalLine> parse_journal_line(std::string_view text) {
  std::optional<JournalLine> line = parse_object<JournalLine>(text);
  return line ? line : parse_object<JournalLine>(without_python_numbers(text));
}

const JournalLine& entry_of(const JournalLine& line, const char* key) {
  const auto found = line.find(key);
  if (found == line.end()) throw DataError("{} is missing", key);
  return *found;
}

std::string text_of(const JournalLine& line, const char* key) {
  const JournalLine& entry = entry_of(line, key);
  if (!entry.is_string()) throw DataError("{} is of type {}, expected a string", key, entry.type_name());
  return entry.get<std::string>();
}

const JournalLine& object_of(const JournalLine& line, const char* key) {
  const JournalLine& entry = entry_of(line, key);
  if (!entry.is_object()) throw DataError("{} is of type {}, expected an object", key, entry.type_name());
  return entry;
}

std::int64_t whole_number_of(const JournalLine& line, const char* key, std::int64_t least, std::int64_t most) {
  const JournalLine& entry = entry_of(line, key);
  if (!entry.is_number_integer()) throw DataError("{} is of type {}, expected a whole number", key, entry.type_name());
  const bool huge = entry.is_number_unsigned() && entry.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
  const auto value = entry.get<std::int64_t>();
  if (huge || value < least || value > most) throw DataError("{} is {}, out of [{}, {}]", key, entry.dump(), least, most);
  return value;
}

double number_of(const JournalLine& line, const char* key) {
  const JournalLine& entry = entry_of(line, key);
  if (!entry.is_number()) throw DataError("{} is of type {}, expected a number", key, entry.type_name());
  return entry.get<double>();
}

}  // namespace agsweep
