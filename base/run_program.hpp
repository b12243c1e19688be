#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace agsweep {

/// There is no such program, or it cannot be run.
struct CannotStart : RunTimeError {
  using RunTimeError::RunTimeError;
};

/// What a program left that has ended by itself.
struct ProgramResult {
  int status = 0;  // its exit status; 128 and the signal's number where a signal ended it
  std::string output;
  std::string messages;  // on its standard error
};

/// Runs a program, found on PATH, without a shell, and waits for its end.
/// @param command  its name and arguments
/// @param input    its standard input
/// @param limit    the longest that it may take
/// @param environment  entries NAME=value; not given, this process's own
/// @throws CannotStart, RunTimeError when it takes too long; both begin with its name
ProgramResult run_program(const std::vector<std::string>& command, std::string_view input = {},
                          std::chrono::milliseconds limit = std::chrono::minutes(1),
                          std::optional<std::vector<std::string>> environment = {});

}  // namespace agsweep
