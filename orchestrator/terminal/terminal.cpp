#include "orchestrator/terminal/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>  // std::ranges::find
#include <array>
#include <cstdint>
#include <cstdlib>  // std::strtoll
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/error.hpp"
#include "orchestrator/world/launch.hpp"  // launched_by_mpirun

namespace agsweep {

namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// In /proc/PID/stat, behind the name in parentheses: state, then the parent.
std::int64_t parent_of(std::int64_t process) {
  const std::string stat = read_file(fmt::format("/proc/{}/stat", process));
  const std::size_t name_end = stat.rfind(") ");
  return name_end == std::string::npos ? 0 : std::strtoll(stat.c_str() + name_end + 4, nullptr, 10);
}

bool is_mpirun(std::int64_t process) {
  constexpr std::array<std::string_view, 4> names = {"mpirun\n", "mpiexec\n", "orterun\n", "prterun\n"};
  return is_one_of(names, read_file(fmt::format("/proc/{}/comm", process)));
}

bool tags_lines(std::int64_t mpirun) {
  constexpr std::array<std::string_view, 9> options = {"-tag-output", "--tag-output", "-timestamp-output", "--timestamp-output", "-xml",
                                                       "--xml",       "--output",     "-output",           "-output-filename"};
  const std::string words = read_file(fmt::format("/proc/{}/cmdline", mpirun));
  for (std::size_t begin = 0; begin < words.size();) {
    const std::string_view word = words.c_str() + begin;
    if (is_one_of(options, word)) return true;
    begin += word.size() + 1;
  }
  return false;
}

std::optional<FileDescriptor> opened_terminal(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (::isatty(file.get()) != 1) return std::nullopt;
  return file;
}

}  // namespace

std::optional<FileDescriptor> terminal_behind(int descriptor) {
  if (::isatty(descriptor) == 1) return FileDescriptor(::dup(descriptor));
  if (!launched_by_mpirun()) return std::nullopt;
  try {
    constexpr int most_wrappers = 4;  // shells and the like between mpirun and this process
    std::int64_t process = ::getppid();
    for (int i = 0; i < most_wrappers && process > 1; ++i, process = parent_of(process)) {
      if (is_mpirun(process)) return tags_lines(process) ? std::nullopt : opened_terminal(fmt::format("/proc/{}/fd/2", process));
    }
  } catch (const DataError&) {  // /proc does not show it
  }
  return std::nullopt;
}

}  // namespace agsweep
