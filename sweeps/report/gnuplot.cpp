#include "sweeps/report/gnuplot.hpp"

#include <cstdlib>  // std::getenv
#include <utility>  // std::move
#include <vector>

#include "base/error.hpp"
#include "base/run_program.hpp"

namespace agsweep {

namespace {

/// What gnuplot gets of the environment. GNUTERM and its kin would change or break a report, and its numbers are for no language.
std::vector<std::string> environment() {
  std::vector<std::string> entries = {"LC_ALL=C.UTF-8"};
  for (const char* const name : {"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH"}) {
    if (const char* const value = std::getenv(name)) entries.push_back(fmt::format("{}={}", name, value));
  }
  return entries;
}

}  // namespace

std::string run_gnuplot(std::string_view program, std::chrono::milliseconds limit) {
  ProgramResult result;
  try {
    // -d: no start-up files, so that a report does not depend on who writes it.
    result = run_program({"gnuplot", "-d"}, program, limit, environment());
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
