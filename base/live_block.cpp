#include "base/live_block.hpp"

#include <utility>  // std::exchange, std::move

#include <fmt/format.h>

#include "base/table.hpp"  // text_width

namespace agsweep {

namespace {

/// The text's first columns, never half a character.
std::string cut(std::string_view text, std::size_t columns) {
  std::size_t end = text.size();
  while (text_width(text.substr(0, end)) > columns) --end;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end));
}

}  // namespace

LiveBlock::LiveBlock(std::ostream& out, ProgressStyle style, std::function<double()> clock)
    : out_(out), style_(style), clock_(std::move(clock)), shown_(clock_()) {}

LiveBlock::~LiveBlock() = default;

bool LiveBlock::due() const { return clock_() - shown_ >= (style_.bar ? 0.1 : 5.0); }

void LiveBlock::clear() {
  if (std::size_t lines = std::exchange(drawn_, 0); lines > 0) out_ << fmt::format("\x1b[{}A\x1b[J", lines);
}

void LiveBlock::draw() {
  for (const std::string& line : lines_) out_ << cut(line, style_.width - 1) << '\n';
  drawn_ = lines_.size();
}

void LiveBlock::message(std::string_view line) {
  clear();
  out_ << line << '\n';
  if (style_.bar) draw();
  out_.flush();
}

void LiveBlock::show(const std::vector<std::string>& lines) {
  if (!due()) return;
  shown_ = clock_();
  if (!style_.bar) {
    out_ << lines.back() << '\n';
  } else {
    clear();
    lines_ = lines;
    draw();
  }
  out_.flush();
}

}  // namespace agsweep
