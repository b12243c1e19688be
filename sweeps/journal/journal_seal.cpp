#include "sweeps/journal/journal_seal.hpp"

#include <span>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/sha256.hpp"

namespace agsweep {

namespace {

constexpr std::size_t length = 32;  // hexadecimal digits
constexpr std::string_view before = ",\"seal\":\"", after = "\"}";

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

void JournalSeal::check(std::string_view line) {
  const std::size_t rest = before.size() + length + after.size();
  const bool has_seal = line.size() > rest && line.ends_with(after) && line.substr(line.size() - rest).starts_with(before);
  if (!has_seal) {
    if (begun_) throw DataError("it has no seal, which the lines before it have: it was changed or damaged");
    next(line);
    return;
  }
  begun_ = true;
  const std::string_view seal = line.substr(line.size() - after.size() - length, length);
  if (next(std::string(line.substr(0, line.size() - rest)) + "}") != seal) {
    throw DataError("its seal does not follow from this line and those before it: one was changed, moved or lost");
  }
}

}  // namespace agsweep
