// aggregate_tool FORMAT DIR..: what `agsweep aggregate` prints; aggregate_tool status DIR: `agsweep status --json`. For parity_test.py.
#include <iostream>

#include "sweeps/aggregate/aggregate_format.hpp"
#include "sweeps/aggregate/find_sweeps.hpp"
#include "sweeps/aggregate/sweep_status.hpp"
#include "tests/support/helper_program.hpp"

namespace agsweep {
namespace {

bool print(const std::vector<std::string>& words) {
  if (words.size() < 2) return false;
  const std::vector<std::filesystem::path> folders(words.begin() + 1, words.end());
  if (words[0] == "status") {
    const SweepResults sweep = read_sweep(folders.front());
    std::cout << status_json(sweep, status_of(sweep)) << '\n';
    return true;
  }
  std::vector<SweepResults> sweeps;
  for (const std::filesystem::path& folder : find_sweeps(folders).folders) sweeps.push_back(read_sweep(folder));
  const Aggregate all = aggregate(std::move(sweeps));
  std::cout << formatted(all, {.format = from_word<AggregateFormat>(words[0]).value()});
  for (const std::string& remark : all.remarks) std::cerr << remark << '\n';
  return true;
}

}  // namespace
}  // namespace agsweep

int main(int argc, char** argv) { return agsweep::testing_support::run_helper(argc, argv, agsweep::print); }
