#pragma once

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace agsweep::testing_support {

// What main() of a program that a Python test drives has in common with the others.

/// Runs work(words) on the words after the program's name. @return the exit status: 2 where `work` returns false, since the words are not
/// what it takes; 1 after an exception, whose text goes to stderr; else 0
template <typename Work>
int run_helper(int argc, char** argv, const Work& work) try {
  return work(std::vector<std::string>(argv + 1, argv + argc)) ? 0 : 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}

/// Answers each line of stdin by a line on stdout, at once: the JSON that answer(line) returns. @return the exit status
template <typename Answer>
int answer_lines(const Answer& answer) {
  for (std::string line; std::getline(std::cin, line);) std::cout << nlohmann::json(answer(line)) << '\n' << std::flush;
  return 0;
}

}  // namespace agsweep::testing_support
