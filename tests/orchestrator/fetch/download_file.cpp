// download_file URL PATH SIZE SHA256: download() as download_test.py drives it, with short waits and 3 tries.
// stdout: a line "came" or "was there", and what progress said; stderr: messages and the error, whose exit code is the program's.
#include <cstdio>
#include <cstdlib>  // std::atoll

#include "base/error.hpp"
#include "orchestrator/fetch/download.hpp"

int main(int argc, char** argv) try {
  if (argc != 5) return 2;
  const bool came = agsweep::download({.url = argv[1],
                                       .path = argv[2],
                                       .size = std::atoll(argv[3]),
                                       .sha256 = argv[4],
                                       .tries = 3,
                                       .first_pause = std::chrono::milliseconds(1),
                                       .connect_timeout = std::chrono::seconds(5),
                                       .stall_timeout = std::chrono::seconds(1),
                                       .progress = [](std::int64_t done) { fmt::print("{}\n", done); },
                                       .message = [](std::string_view line) { fmt::print(stderr, "{}\n", line); }});
  fmt::print("{}\n", came ? "came" : "was there");
  return 0;
} catch (const agsweep::Error& error) {
  fmt::print(stderr, "error: {}\n", error.what());
  return static_cast<int>(error.code());
}
