#include "orchestrator/terminal/live_block.hpp"

#include <utility>  // std::exchange, std::move

#include <fmt/format.h>

#include "base/table.hpp"  // cut_to_width

namespace agsweep {

LiveBlock::LiveBlock(std::ostream& out, ProgressStyle style, std::function<double()> clock)
    : out_(out), style_(style), clock_(std::move(clock)), shown_(clock_()) {}

LiveBlock::~LiveBlock() = default;

bool LiveBlock::due() const { return clock_() - shown_ >= (style_.bar ? 0.1 : 5.0); }

void LiveBlock::clear() {
  if (std::size_t lines = std::exchange(drawn_, 0); lines > 0) out_ << fmt::format("\x1b[{}A\x1b[J", lines);
}

void LiveBlock::draw() {
  for (const std::string& line : lines_) out_ << cut_to_width(line, style_.width - 1) << '\n';
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
