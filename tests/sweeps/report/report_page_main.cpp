// report_page FOLDER: writes made-up sweeps into FOLDER, and a report of each of these cases to FOLDER/CASE.html, with figures in
// FOLDER/CASE.figures, for page_test.py.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.hpp"
#include "sweeps/report/report_page.hpp"
#include "tests/support/helper_program.hpp"
#include "tests/sweeps/report/sample_sweep.hpp"

namespace {

using namespace agsweep;
namespace fs = std::filesystem;

struct Case {
  std::string name;
  std::vector<testing_support::SampleSweep> sweeps;
};

std::vector<Case> cases() {
  const std::string hostile = "</title><script>alert('1')</script> \"&amp;\" `date` \xC3\xA4 \xE2\x82\xAC";
  return {
      {"asha", {{.scheduler = "asha", .trials = 120}}},
      {"few", {{.scheduler = "asha", .trials = 60}}},
      {"warm-up", {{.scheduler = "asha", .trials = 24, .warmup_steps = 5000}}},
      {"random", {{.name = "random-search", .sampler = "random", .trials = 30}}},
      {"one-trial", {{.name = "one", .trials = 1, .epochs = 1}}},
      {"all-failed", {{.name = "broken", .trials = 3, .all_fail = true}}},
      {"running", {{.name = "running", .scheduler = "asha", .trials = 12, .unfinished = true}}},
      {"seeds", {{.name = "seeds", .trials = 4, .epochs = 3, .seeds = {1, 2, 3}}}},
      {"loss", {{.name = "loss", .metric = "val.loss", .trials = 24, .epochs = 4}}},
      {"two-corpora", {{.name = "first", .trials = 3, .epochs = 3}, {.name = "second", .trials = 3, .epochs = 3, .data_sha256 = "0ther"}}},
      {"hostile",
       {{.name = hostile,
         .trials = 6,
         .epochs = 2,
         .data_sha256 = hostile,
         .class_names = {hostile, "'+`touch pwned`+'", "\"'@#%^", "\xC3\xA4\n<b>"},
         .error = hostile,
         .synthetic = true}}},
  };
}

void write_case(const fs::path& folder, const Case& one) {
  std::vector<ReportedSweep> sweeps;
  for (std::size_t i = 0; i < one.sweeps.size(); ++i) {
    const fs::path sweep = folder / one.name / fmt::format("sweep{}", i + 1);
    testing_support::write_sample_sweep(sweep, one.sweeps[i]);
    sweeps.push_back(read_reported_sweep(sweep, fmt::format("sweep{}", i + 1), [](const fs::path&) {}));
  }
  const Report report = make_report(sweeps, {.price = 2.5});
  write_file_atomically(folder / (one.name + ".html"), report.html);
  write_figures(report, folder / (one.name + ".figures"));
}

}  // namespace

int main(int argc, char** argv) {
  return testing_support::run_helper(argc, argv, [](const std::vector<std::string>& words) {
    if (words.empty()) return false;
    for (const Case& one : cases()) {
      if (words.size() == 1 || words[1] == one.name) write_case(words[0], one);
    }
    return true;
  });
}
