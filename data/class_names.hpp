#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

/// Labels are uint8.
inline constexpr std::size_t max_classes = 256;

/// AG News's classes, in its order.
std::vector<std::string> ag_news_classes();

/// The classes of a corpus, and what stands for each in its tables.
struct ClassNames {
  std::vector<std::string> names;                             // in label order
  std::map<std::string, std::uint8_t, std::less<>> label_of;  // by what the class column holds
  std::string origin;                                         // where the names are from, for a person: "classes.txt"
};

/// A longer one is a text in the wrong column; corpora are read with no more.
inline constexpr std::size_t max_class_name_bytes = 65'536;

/// @throws DataError for a name that is empty, too long, no UTF-8 (two that differ might be shown as the same), or has a zero byte, where
/// HDF5 would cut it
void require_class_name(const std::string& name, const std::string& file, std::size_t line);

/// A class name a line, in label order. A cell holds a name, or the number of its line from 1 where no name is a number.
/// @throws DataError with file and line
ClassNames read_class_names(const std::filesystem::path& path);

/// The classes that occur: numbers in their order, else names in that of their bytes. 1 to 4, all of them, are AG News's.
/// @param first_lines  what the class column holds, and where each stands first
/// @param table        its name, for errors
/// @throws DataError for fewer than 2 or more than 256, names among numbers, or two spellings of one number
ClassNames occurring_classes(const std::map<std::string, std::size_t>& first_lines, const std::string& table);

}  // namespace agsweep
