#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/terminal/progress_display.hpp"  // ProgressStyle

namespace agsweep {

/// A few lines at the end of a terminal's output that renew themselves, with messages above them; elsewhere only the last line, a summary,
/// now and then. For rank 0 alone.
class LiveBlock {
 public:
  /// @param out    outlives this
  /// @param clock  seconds from any start, never falling
  LiveBlock(std::ostream& out, ProgressStyle style, std::function<double()> clock);
  LiveBlock(const LiveBlock&) = delete;
  LiveBlock& operator=(const LiveBlock&) = delete;

  /// A line of its own.
  void message(std::string_view line);
  /// The same for what is but progress.
  void news(std::string_view line) {
    if (!style_.silent) message(line);
  }
  /// Whether show() would show something now: 10 times a second on a terminal, every 5 seconds elsewhere.
  bool due() const;
  /// Whether it is a block that renews itself.
  bool renews() const { return style_.bar; }
  /// The block from now on. @param lines  one at least; cut to the terminal's width, but for the last, the summary, which is wrapped
  void show(const std::vector<std::string>& lines);
  /// The summary for the last time, in place of the block.
  void end(std::string_view summary);

 private:
  void clear();
  void draw();

  std::ostream& out_;
  ProgressStyle style_;
  std::function<double()> clock_;
  std::vector<std::string> lines_;
  std::size_t drawn_ = 0;  // lines of the block on the terminal
  double shown_;
};

}  // namespace agsweep
