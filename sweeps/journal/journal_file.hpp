#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "base/file.hpp"  // FileDescriptor
#include "sweeps/journal/study.hpp"

namespace agsweep {

/// Appends to journal.log. There is one at a time, the owner of sweep.lock, and its file only grows.
class Journal {
 public:
  /// For open_journal.
  Journal(std::filesystem::path path, FileDescriptor file, std::uint64_t size, std::function<bool()> still_mine)
      : path_(std::move(path)), file_(std::move(file)), size_(size), still_mine_(std::move(still_mine)) {}

  /// Appends a group of lines (of journal_record.hpp) by one write(2) and one fsync(2); on return they are on the disk. A crash before
  /// may leave the first lines of the group and a torn one.
  /// @throws RunTimeError when the lock is lost, the file was changed by another program so that a line would be spoilt, or it cannot be
  ///         written (a full disk, for one). What is on the disk is then unknown: this object appends no more, and a new one has to read.
  void append(std::span<const std::string> lines);

 private:
  void check_end();

  std::filesystem::path path_;
  FileDescriptor file_;
  std::uint64_t size_;  // of the file after our last append, in bytes; others may have added lines since
  std::function<bool()> still_mine_;
  bool failed_ = false;
};

/// A journal that can go on, and what it says so far.
struct OpenedJournal {
  Journal journal;
  Study study;  // empty for a new file; its torn_bytes have been cut off
};

/// Opens or creates journal.log.
/// @param still_mine  whether this process still holds sweep.lock; asked before each change of the file
/// @throws DataError as read_study; RunTimeError when the lock is lost or the file cannot be written
OpenedJournal open_journal(const std::filesystem::path& path, std::function<bool()> still_mine);

}  // namespace agsweep
