#pragma once

#include <string>

#include "sweeps/report/section.hpp"
#include "sweeps/reproduction/reproduction_page.hpp"

namespace agsweep {

/// A table with what is not the real experiment below it.
std::string marked(std::string table, const Deviations& deviations);

// The sections of report.html, in its order.
ReportSection differences_section(const Reproduced& reproduced, const Deviations& deviations);
ReportSection results_section(const Reproduced& reproduced, const ReproductionFacts& facts, const Deviations& deviations);
ReportSection claims_section(const ClaimFamily& family, const Deviations& deviations);
ReportSection comparison_section(const Reproduced& reproduced, const Deviations& deviations);
ReportSection classes_section(const Reproduced& reproduced, const Deviations& deviations);
ReportSection training_curves_section(const Reproduced& reproduced);
ReportSection inference_section(const Reproduced& reproduced, const ReproductionFacts& facts, const Deviations& deviations);
/// Of --claims all: how test F1 grows with the training rows.
ReportSection few_examples_section(const Reproduced& reproduced);
/// Of --claims all: every training beside the others.
ReportSection arms_section(const Reproduced& reproduced, const Deviations& deviations);
ReportSection reproduction_cost_section(const Reproduced& reproduced, const ReproductionFacts& facts, const Deviations& deviations);

}  // namespace agsweep
