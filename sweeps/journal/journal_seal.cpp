#include "sweeps/journal/journal_seal.hpp"

#include <span>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/sha256.hpp"

namespace agsweep {

namespace {

constexpr std::size_t length = 32;  // hexadecimal digits
constexpr std::string_view before = ",\"seal\":\"", after = "\"}";
constexpr std::size_t length_with_seal = before.size() + length + after.size();

}  // namespace

/// @param line  without its seal
std::string JournalSeal::next(std::string_view line) {
  last_ = Sha256().update(std::as_bytes(std::span(last_))).update(std::as_bytes(std::span(line))).hex().substr(0, length);
  return last_;
}

std::string JournalSeal::sealed(std::string_view line) {
  begun_ = true;
  const std::string seal = next(line);
  line.remove_suffix(1);  // the closing brace
  return fmt::format("{}{}{}{}", line, before, seal, after);
}

bool JournalSeal::is_in(std::string_view line) {
  return line.size() > length_with_seal && line.ends_with(after) && line.substr(line.size() - length_with_seal).starts_with(before);
}

void JournalSeal::check(std::string_view line) {
  if (!is_in(line)) {
    if (begun_) throw DataError("it has no seal, which the lines before it have: it was changed or damaged");
    next(line);
    return;
  }
  begun_ = true;
  const std::string_view seal = line.substr(line.size() - after.size() - length, length);
  if (next(std::string(line.substr(0, line.size() - length_with_seal)) + "}") != seal) {
    throw DataError("its seal does not follow from this line and those before it: one was changed, moved or lost");
  }
}

}  // namespace agsweep
