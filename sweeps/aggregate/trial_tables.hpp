#pragma once

#include <string>
#include <vector>

#include "sweeps/aggregate/aggregate.hpp"
#include "sweeps/aggregate/data_table.hpp"

namespace agsweep {

/// One row a trial, ranking by ranking and in each as it ranks, for programs: the columns of results.csv with sweep before them where there
/// are several, and after them ranking (from 1, where there are several), rank (blank: not ranked), and mean, low_95, high_95 over the
/// seeds of the trial's configuration (the interval blank for one seed). A parameter that a sweep does not try has its value in [fixed],
/// or is blank.
DataTable trial_rows(const Aggregate& all);

/// A table for people.
struct Section {
  std::string caption;
  DataTable table;
};

/// For each ranking: its trials; its configurations, where one has several seeds; and each importance that there is.
std::vector<Section> sections_of(const Aggregate& all);

}  // namespace agsweep
