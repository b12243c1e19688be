#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>  // std::ranges::find
#include <csignal>
#include <cstdio>
#include <cstdlib>  // std::abort
#include <exception>
#include <filesystem>
#include <new>  // std::bad_alloc

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file_error.hpp"
#include "base/system.hpp"  // say
#include "orchestrator/commands/command.hpp"
#include "orchestrator/manual/help_page.hpp"
#include "orchestrator/terminal/terminal_width.hpp"
#include "orchestrator/world/launch.hpp"

namespace agsweep {

namespace {

bool asks_for_help(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--help" || argument == "-h") return true;
  }
  return false;
}

/// A failure that every rank knows is told by rank 0, another one by the rank that met it. Where nobody can read it, the exit code remains.
void tell(int rank, bool everybody_knows, const char* message) {
  if (rank != 0 && everybody_knows) return;
  std::fputs((rank == 0 ? fmt::format("error: {}\n", message) : fmt::format("error: rank {}: {}\n", rank, message)).c_str(), stderr);
}

/// Runs `work` and turns what it throws into a message and an exit code.
template <typename Work>
ExitCode guarded(int rank, Work work) {
  try {
    return work();
  } catch (const UsageError& error) {
    tell(rank, true, error.what());  // each rank has the same command line
    return error.code();
  } catch (const TrialFailure& error) {
    tell(rank, true, error.what());  // each rank sees the same sums
    return error.code();
  } catch (const Error& error) {
    tell(rank, error.known_to_all, error.what());
    return error.code();
  } catch (const std::filesystem::filesystem_error& error) {
    const FilesystemFailure failure = described(error);
    tell(rank, false, failure.message.c_str());
    return failure.code;
  } catch (const std::bad_alloc&) {
    tell(rank, false, "out of memory");
  } catch (const std::exception& error) {
    // A full disk behind stdout is told by main, once.
    if (std::ferror(stdout) == 0) tell(rank, false, error.what());
  }
  return ExitCode::run_time_failure;
}

/// A closed descriptor would be given to the next file opened, and messages would be written into that. What stands in its place takes
/// no output, so that the loss shows.
void fill_closed_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) != fd) std::abort();
  }
}

ExitCode run(const Command& command, Invocation call) {
  if (!command.on_all_ranks) {
    if (launched_rank() == 0) return command.run(call);
    // Who starts one command a task, each for a file of its own, would miss all files but the first.
    say(fmt::format("rank {}: agsweep {} is the work of rank 0; this rank does nothing. To run it here: {}", launched_rank(), command.name,
                    unlaunched_command(call.command_line)));
    return ExitCode::done;
  }
  int rank = launched_rank();
  std::unique_ptr<Session> session;
  const ExitCode started = guarded(rank, [&] {
    session = std::make_unique<Session>();
    return ExitCode::done;
  });
  if (!session) return started;
  rank = session->rank();
  call.session = session.get();
  const ExitCode code = guarded(rank, [&] { return command.run(call); });
  session->leave_together(code);
  return code;
}

ExitCode run_program(const std::vector<std::string>& command_line) {
  const std::vector<Command> all = commands();
  const bool speaks = launched_rank() == 0;
  if (command_line.size() < 2) {
    if (speaks) std::fputs(overview(all, terminal_width(STDERR_FILENO)).c_str(), stderr);
    return speaks ? ExitCode::usage : ExitCode::done;
  }
  std::string name = command_line[1];
  if (name == "--help" || name == "-h") name = "help";
  if (name == "--version" || name == "-V") name = "version";
  // A rank that fails at once would make mpirun kill rank 0 before that has spoken.
  if (!speaks && std::ranges::find(all, name, &Command::name) == all.end()) return ExitCode::done;
  const Command& command = command_named(all, name);
  const std::vector<std::string> arguments(command_line.begin() + 2, command_line.end());
  if (asks_for_help(arguments)) {
    if (speaks) fmt::print("{}", help_page(command, terminal_width(STDOUT_FILENO)));
    return ExitCode::done;
  }
  return run(command, {.command_line = command_line, .arguments = arguments});
}

}  // namespace

}  // namespace agsweep

int main(int argc, char** argv) {
  using namespace agsweep;
  fill_closed_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // beyond `ulimit -f` a write then fails with its reason
  std::signal(SIGPIPE, SIG_IGN);  // a training does not end because nobody reads its progress any more
  const int rank = launched_rank();
  const ExitCode code = guarded(rank, [&] { return run_program({argv, argv + argc}); });
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return static_cast<int>(code);
  if (pollfd out{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0}; ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0) {
    std::signal(SIGPIPE, SIG_DFL);  // the reader of a pipe has enough: `agsweep options | head`
    std::raise(SIGPIPE);
  }
  tell(rank, false, "cannot write to standard output");
  return static_cast<int>(code == ExitCode::done ? ExitCode::run_time_failure : code);
}
