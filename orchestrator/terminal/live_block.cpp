#include "orchestrator/terminal/live_block.hpp"

#include <algorithm>  // std::max
#include <utility>    // std::exchange, std::move

#include <fmt/format.h>

#include "base/table.hpp"  // cut_to_width, text_width

namespace agsweep {

namespace {

/// The text's lines where each holds so many columns, parted at blanks where that can be.
std::vector<std::string_view> wrapped(std::string_view text, std::size_t columns) {
  std::vector<std::string_view> lines;
  while (text_width(text) > columns) {
    std::string_view line = cut_to_width(text, columns + 1);
    const std::size_t blank = line.rfind(' ');
    line = blank == std::string_view::npos || blank == 0 ? cut_to_width(text, columns) : line.substr(0, blank);
    lines.push_back(line);
    text.remove_prefix(line.size());
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  lines.push_back(text);
  return lines;
}

}  // namespace

LiveBlock::LiveBlock(std::ostream& out, ProgressStyle style, std::function<double()> clock)
    : out_(out), style_(std::move(style)), clock_(std::move(clock)), shown_(clock_()) {}

bool LiveBlock::due() const { return !style_.silent && clock_() - shown_ >= (style_.bar ? 0.1 : 5.0); }

void LiveBlock::clear() {
  if (std::size_t lines = std::exchange(drawn_, 0); lines > 0) out_ << fmt::format("\x1b[{}A\x1b[J", lines);
}

void LiveBlock::draw() {
  const std::size_t width = std::max<std::size_t>(style_.columns(), 2) - 1;  // a terminal wraps after its last column
  drawn_ = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const bool is_summary = i + 1 == lines_.size();
    for (const std::string_view line : is_summary ? wrapped(lines_[i], width) : std::vector{cut_to_width(lines_[i], width)}) {
      out_ << line << '\n';
      ++drawn_;
    }
  }
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

void LiveBlock::end(std::string_view summary) {
  lines_.clear();
  news(summary);
}

}  // namespace agsweep
