#pragma once

#include <span>
#include <string>
#include <string_view>

#include "data/csv_reader.hpp"  // CsvRecord

namespace agsweep {

/// Without ASCII white space at its ends.
std::string_view trimmed(std::string_view text);

/// What a model reads of a record: its text columns (from 1) joined by a space, trimmed. The record has them all.
std::string record_text(const CsvRecord& record, std::span<const int> text_columns);

}  // namespace agsweep
