#pragma once

#include <string>
#include <string_view>

namespace agsweep {

/// `text` with each maximal part of an ill-formed sequence replaced by U+FFFD, as Python's bytes.decode("utf-8", errors="replace")
/// does (Unicode 15, section 3.9, "U+FFFD Substitution of Maximal Subparts").
/// @param scratch  holds the result where it differs from `text`, which is returned as it is otherwise
std::string_view replace_invalid_utf8(std::string_view text, std::string& scratch);

/// Appends the code point's UTF-8 (1 to 4 bytes).
void append_utf8(char32_t code_point, std::string& out);

}  // namespace agsweep
