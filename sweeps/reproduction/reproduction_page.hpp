#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "sweeps/report/page_writer.hpp"
#include "sweeps/reproduction/claims.hpp"

namespace agsweep {

/// What a reader of a reproduction is told beside its trainings.
struct ReproductionFacts {
  std::map<std::string, nlohmann::json, std::less<>> inference;  // by model: DIR/arms/NAME/inference.json
  std::string command;                                           // that repeats it
  std::optional<double> price;                                   // of a device-hour, in whatever currency
};

/// report.html: like a paper's results section, published beside measured. @throws RunTimeError as run_gnuplot
Page reproduction_page(const Reproduced& reproduced, const ReproductionFacts& facts);

/// reproduction.json: the same for programs.
nlohmann::ordered_json reproduction_json(const Reproduced& reproduced, const ReproductionFacts& facts);

/// The results and the verdicts for a terminal.
std::string reproduction_text(const Reproduced& reproduced, const ReproductionFacts& facts);

}  // namespace agsweep
