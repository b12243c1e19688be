#pragma once

#include <string>
#include <vector>

#include "sweeps/aggregate/aggregate.hpp"
#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/aggregate/pareto.hpp"

namespace agsweep {

/// One row a trial, ranking by ranking and in each as it ranks, for programs: the columns of results.csv with sweep before them where there
/// are several, and after them ranking (from 1, where there are several), rank (blank: not ranked), and mean, low_95, high_95 over the
/// seeds of the trial's configuration (the interval blank for one seed), and rows_95, half of the trial's own 95 % interval over validation
/// rows. A parameter that a sweep does not try has its value in [fixed],
/// or is blank.
DataTable trial_rows(const Aggregate& all);

/// A table for people.
struct Section {
  std::string name = {};           // of its place in a paper: "trials", "configurations", "importance", "pareto"
  std::string caption = {};        // at a terminal
  std::string paper_caption = {};  // says all that a reader of the table alone needs
  DataTable table = {};
  std::vector<std::string> paper_columns = {};  // those that a paper needs
};

/// For each ranking: its trials; its configurations, where one has several seeds; and each importance that there is.
std::vector<Section> sections_of(const Aggregate& all);

/// For each ranking: the complete configurations that no other beats in both cost and value, cheapest first.
std::vector<Section> pareto_sections(const Aggregate& all, ParetoCost cost);

}  // namespace agsweep
