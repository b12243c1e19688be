#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"       // ExitCode
#include "data/text_table.hpp"  // TableFormat

namespace agsweep {

/// What `agsweep predict` takes beside the run and the format of --csv.
struct PredictArgs {
  std::filesystem::path csv;
  std::string text_columns = "2,3";
  std::filesystem::path tokenizer;
  std::filesystem::path weights;
  bool json = false;
};

/// Prints class and probabilities of each text, of standard input's lines or of --csv. On this process alone.
/// @throws DataError for a damaged run, or texts or a tokenizer that do not fit it; UsageError for a folder that names no classes
ExitCode run_predict(const std::filesystem::path& run, const PredictArgs& args, const TableFormat& format);

}  // namespace agsweep
