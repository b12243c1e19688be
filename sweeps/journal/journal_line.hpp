#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace agsweep {

/// A line of the journal as JSON, its entries in the order of the file.
using JournalLine = nlohmann::ordered_json;

/// Reads a line without its newline. Python writes NaN, Infinity and -Infinity, which are no JSON: they become null.
/// @return nullopt when it is no JSON object, or nested deeper than 64 levels
std::optional<JournalLine> parse_journal_line(std::string_view text);

/// An entry of a line by its key. @throws DataError with the key and what is wrong (the caller adds the file's name and line)
const JournalLine& entry_of(const JournalLine& line, const char* key);
std::string text_of(const JournalLine& line, const char* key);
const JournalLine& object_of(const JournalLine& line, const char* key);
/// @param least, most  the range that is allowed, both bounds included
std::int64_t whole_number_of(const JournalLine& line, const char* key, std::int64_t least, std::int64_t most);
double number_of(const JournalLine& line, const char* key);

}  // namespace agsweep
