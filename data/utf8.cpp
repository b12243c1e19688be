#include "data/utf8.hpp"

#include <cstdint>
#include <cstring>  // std::memcpy

namespace agsweep {

namespace {

struct Sequence {
  std::size_t length;  // bytes taken: the whole character, or the maximal part of an ill-formed one (at least 1)
  bool valid;
};

/// How many bytes a lead byte asks for, and the range of its second byte (Unicode 15, table 3-7); 0 for no lead byte.
struct Lead {
  std::size_t length;
  unsigned char second_low = 0x80;
  unsigned char second_high = 0xBF;
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1};
  if (byte >= 0xC2 && byte <= 0xDF) return {2};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0};
}

Sequence sequence_at(std::string_view text, std::size_t position) {
  const Lead lead = lead_of(static_cast<unsigned char>(text[position]));
  if (lead.length == 0) return {1, false};
  for (std::size_t i = 1; i < lead.length; ++i) {
    if (position + i == text.size()) return {i, false};
    const auto byte = static_cast<unsigned char>(text[position + i]);
    const bool fits = i == 1 ? byte >= lead.second_low && byte <= lead.second_high : byte >= 0x80 && byte <= 0xBF;
    if (!fits) return {i, false};
  }
  return {lead.length, true};
}

std::size_t skip_ascii(std::string_view text, std::size_t position) {
  for (std::uint64_t eight = 0; position + sizeof eight <= text.size(); position += sizeof eight) {
    std::memcpy(&eight, text.data() + position, sizeof eight);
    if ((eight & 0x8080808080808080) != 0) break;
  }
  return position;
}

}  // namespace

std::string_view replace_invalid_utf8(std::string_view text, std::string& scratch) {
  bool replaced = false;
  std::size_t kept_from = 0;
  std::size_t position = skip_ascii(text, 0);
  while (position < text.size()) {
    const Sequence sequence = sequence_at(text, position);
    if (!sequence.valid) {
      if (!replaced) scratch.clear();
      replaced = true;
      scratch.append(text, kept_from, position - kept_from).append("\xEF\xBF\xBD");
      kept_from = position + sequence.length;
    }
    position = skip_ascii(text, position + sequence.length);
  }
  if (!replaced) return text;
  return scratch.append(text, kept_from);
}

void append_utf8(char32_t code_point, std::string& out) {
  const auto byte = [&](char32_t bits) { out += static_cast<char>(bits); };
  const auto continuation = [&](int shift) { byte(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) return byte(code_point);
  if (code_point < 0x800) return byte(0xC0 | (code_point >> 6)), continuation(0);
  if (code_point < 0x10000) return byte(0xE0 | (code_point >> 12)), continuation(6), continuation(0);
  byte(0xF0 | (code_point >> 18)), continuation(12), continuation(6), continuation(0);
}

}  // namespace agsweep
