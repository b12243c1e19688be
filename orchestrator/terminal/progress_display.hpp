#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "base/enum_words.hpp"

namespace agsweep {

/// As --progress has it.
enum class ProgressKind { automatic, table, lines, none };
template <>
inline constexpr auto enum_words<ProgressKind> = std::to_array<std::string_view>({"auto", "table", "lines", "none"});

/// What progress needs to know of where it is written.
struct ProgressStyle {
  bool bar = false;  // redraw a line or a table; else a line every few seconds
  bool silent = false;
  bool colour = false;
  std::size_t width = 80;                           // of the terminal, in columns
  std::function<std::size_t()> current_width = {};  // where its window may change; none: width

  /// Of this file descriptor. Automatic is a table on a terminal, also one behind mpirun, unless TERM=dumb, and lines elsewhere; colour is
  /// a terminal's unless NO_COLOR is set.
  static ProgressStyle of(int descriptor, ProgressKind kind = ProgressKind::automatic);
  std::size_t columns() const { return current_width ? current_width() : width; }
};

/// Tells a person how far work is: part done, rate, time left, and a detail ("loss 0.41"). For rank 0 alone.
class ProgressDisplay {
 public:
  /// @param out    outlives this; stderr, for a program whose data go to stdout
  /// @param clock  seconds from any start, never falling
  ProgressDisplay(std::ostream& out, ProgressStyle style, std::function<double()> clock);
  /// Ends an open bar's line.
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  /// A new piece of work. @param done  of which so much was done earlier: it counts for the part done, not for the rate
  void begin(std::string label, std::string unit, std::int64_t total, std::int64_t done = 0);
  /// Shows the state, at most 10 times a second as a bar, every 5 seconds as a line, and always when all is done.
  void update(std::int64_t done, std::string_view detail = {});
  /// A line of its own, above the bar.
  void message(std::string_view line);
  /// The same for what is but progress.
  void news(std::string_view line) {
    if (!style_.silent) message(line);
  }

 private:
  std::string state(std::int64_t done, std::string_view detail) const;
  void draw_bar(const std::string& state, std::int64_t done);
  void clear_bar();

  std::ostream& out_;
  ProgressStyle style_;
  std::function<double()> clock_;
  std::string label_;
  std::string unit_;
  std::int64_t total_ = 0;
  std::int64_t start_ = 0;  // done before begin()
  double begun_ = 0;        // clock at begin()
  double shown_ = 0;        // clock at the last state shown
  bool bar_open_ = false;
};

}  // namespace agsweep
