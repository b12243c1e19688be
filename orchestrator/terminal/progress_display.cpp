#include "orchestrator/terminal/progress_display.hpp"

#include <sys/ioctl.h>

#include <algorithm>  // std::max, std::min
#include <cstdlib>    // std::getenv
#include <memory>     // std::make_shared
#include <optional>
#include <utility>  // std::move

#include <fmt/format.h>

#include "base/system.hpp"  // duration_text, environment_number
#include "base/table.hpp"   // cut_to_width
#include "orchestrator/terminal/terminal.hpp"

namespace agsweep {

namespace {

constexpr double bar_seconds = 0.1;
constexpr double line_seconds = 5;
constexpr double least_seconds = 0.1;  // from which on a rate is more than noise

}  // namespace

ProgressStyle ProgressStyle::of(int descriptor, ProgressKind kind) {
  ProgressStyle style;
  style.silent = kind == ProgressKind::none;
  if (kind == ProgressKind::lines || kind == ProgressKind::none) return style;
  const auto terminal = std::make_shared<std::optional<FileDescriptor>>(terminal_behind(descriptor));
  const char* term = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");
  const bool can_move = terminal->has_value() && term != nullptr && std::string_view(term) != "dumb";
  style.bar = can_move || kind == ProgressKind::table;
  style.colour = can_move && (no_color == nullptr || *no_color == '\0');  // no-color.org: set and not empty
  if (const std::int64_t columns = environment_number("COLUMNS"); columns > 0) style.width = static_cast<std::size_t>(columns);
  if (can_move) {
    style.current_width = [terminal, otherwise = style.width]() -> std::size_t {
      winsize size{};
      return ::ioctl((*terminal)->get(), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : otherwise;
    };
  }
  return style;
}

ProgressDisplay::ProgressDisplay(std::ostream& out, ProgressStyle style, std::function<double()> clock)
    : out_(out), style_(std::move(style)), clock_(std::move(clock)) {}

ProgressDisplay::~ProgressDisplay() {
  if (bar_open_) out_ << '\n' << std::flush;
}

void ProgressDisplay::begin(std::string label, std::string unit, std::int64_t total, std::int64_t done) {
  clear_bar();
  label_ = std::move(label);
  unit_ = std::move(unit);
  total_ = total;
  start_ = done;
  begun_ = clock_();
  shown_ = begun_;
}

void ProgressDisplay::update(std::int64_t done, std::string_view detail) {
  if (style_.silent) return;
  const double now = clock_();
  const bool finished = done >= total_;
  if (!finished && now - shown_ < (style_.bar ? bar_seconds : line_seconds)) return;
  shown_ = now;
  const std::string line = state(done, detail);
  if (!style_.bar) {
    out_ << line << '\n' << std::flush;
    return;
  }
  draw_bar(line, done);
  if (finished) {
    out_ << '\n' << std::flush;
    bar_open_ = false;
  }
}

void ProgressDisplay::message(std::string_view line) {
  clear_bar();
  out_ << line << '\n' << std::flush;
}

std::string ProgressDisplay::state(std::int64_t done, std::string_view detail) const {
  const double elapsed = clock_() - begun_;
  const double rate = elapsed >= least_seconds ? static_cast<double>(done - start_) / elapsed : 0;
  std::string text = fmt::format("{} {}/{}", label_, done, total_);
  if (rate > 0) text += fmt::format("  {:.{}f} {}/s", rate, rate < 10 ? 2 : 0, unit_);
  if (rate > 0 && done < total_) text += fmt::format("  {} left", duration_text(static_cast<double>(total_ - done) / rate));
  if (done >= total_) text += fmt::format("  {}", duration_text(elapsed));
  if (!detail.empty()) text += fmt::format("  {}", detail);
  return text;
}

void ProgressDisplay::draw_bar(const std::string& state, std::int64_t done) {
  constexpr std::size_t cells = 20;
  const double part = total_ > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total_), 0.0, 1.0) : 1.0;
  const auto full = static_cast<std::size_t>(part * cells);
  const std::string bar = std::string(full, '#') + std::string(cells - full, '.');
  const std::size_t width = style_.columns();
  out_ << "\r\x1b[K";
  // The last column stays free: a terminal wraps after it, and the next redraw would leave this line standing.
  if (width > cells + 30) {
    out_ << (style_.colour ? fmt::format("\x1b[32m{}\x1b[0m ", bar) : bar + " ") << cut_to_width(state, width - cells - 2);
  } else {
    out_ << cut_to_width(state, width - 1);
  }
  out_ << std::flush;
  bar_open_ = true;
}

void ProgressDisplay::clear_bar() {
  if (!bar_open_) return;
  out_ << "\r\x1b[K" << std::flush;
  bar_open_ = false;
}

}  // namespace agsweep
