// aggregate_tool FORMAT DIR..: what `agsweep aggregate` prints; aggregate_tool status DIR: `agsweep status --json`. For parity_test.py.
#include <iostream>

#include "sweeps/aggregate/aggregate_format.hpp"
#include "sweeps/aggregate/find_sweeps.hpp"
#include "sweeps/aggregate/sweep_status.hpp"

int main(int argc, char** argv) {
  using namespace agsweep;
  const std::string word = argv[1];
  const std::vector<std::filesystem::path> folders(argv + 2, argv + argc);
  if (word == "status") {
    const SweepResults sweep = read_sweep(folders.at(0));
    std::cout << status_json(sweep, status_of(sweep)) << '\n';
    return 0;
  }
  std::vector<SweepResults> sweeps;
  for (const std::filesystem::path& folder : find_sweeps(folders)) sweeps.push_back(read_sweep(folder));
  const Aggregate all = aggregate(std::move(sweeps));
  std::cout << formatted(all, {.format = from_word<AggregateFormat>(word).value()});
  for (const std::string& remark : all.remarks) std::cerr << remark << '\n';
}
