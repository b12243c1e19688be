#include "orchestrator/terminal/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>  // std::ranges::find
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "orchestrator/world/launch.hpp"  // launched_by_mpirun
#include "orchestrator/world/process_tree.hpp"

namespace agsweep {

namespace {

constexpr const char* proc = "/proc";

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_mpirun(pid_t process) {
  constexpr std::array<std::string_view, 4> names = {"mpirun\n", "mpiexec\n", "orterun\n", "prterun\n"};
  return is_one_of(names, process_file(proc, process, "comm"));
}

bool tags_lines(pid_t mpirun) {
  constexpr std::array<std::string_view, 9> options = {"-tag-output", "--tag-output", "-timestamp-output", "--timestamp-output", "-xml",
                                                       "--xml",       "--output",     "-output",           "-output-filename"};
  return std::ranges::any_of(words_of(proc, mpirun), [&](const std::string& word) { return is_one_of(options, word); });
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
  const pid_t mpirun = mpirun_above(proc, ::getpid());
  if (!is_mpirun(mpirun) || tags_lines(mpirun)) return std::nullopt;
  return opened_terminal(fmt::format("{}/{}/fd/2", proc, mpirun));
}

}  // namespace agsweep
