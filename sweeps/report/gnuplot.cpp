#include "sweeps/report/gnuplot.hpp"

#include <utility>  // std::move

#include "base/error.hpp"
#include "base/run_program.hpp"

namespace agsweep {

std::string run_gnuplot(std::string_view program, std::chrono::milliseconds limit) {
  ProgramResult result;
  try {
    // -d: no start-up files, so that a report does not depend on who writes it.
    result = run_program({"gnuplot", "-d"}, program, limit);
  } catch (const CannotStart& error) {
    throw RunTimeError("{}; the report's figures need gnuplot (Debian's package gnuplot-nox)", error.what());
  }
  if (result.status != 0) throw RunTimeError("gnuplot: exit status {}: {}", result.status, result.messages);
  return std::move(result.output);
}

std::string gnuplot_text(std::string_view text) {
  std::string quoted = "'";
  for (const char character : text) {
    const bool control = static_cast<unsigned char>(character) < ' ' || character == '\x7f';
    if (character == '\'') {
      quoted += "\xE2\x80\x99";  // gnuplot 5.4 loses a tick whose label begins with a doubled quote
    } else {
      quoted += control ? ' ' : character;
    }
  }
  return quoted + "'";
}

std::string gnuplot_tick_text(std::string_view text) {
  std::string doubled;
  for (const char character : text) doubled += character == '%' ? std::string("%%") : std::string(1, character);
  return gnuplot_text(doubled);
}

}  // namespace agsweep
