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
  Journal(std::filesystem::path path, FileDescriptor file, std::uint64_t size, JournalTrials trials, JournalSeal seal,
          std::function<void()> require_lock)
      : path_(std::move(path)),
        file_(std::move(file)),
        size_(size),
        trials_(std::move(trials)),
        seal_(std::move(seal)),
        require_lock_(std::move(require_lock)) {}

  /// Appends a group of lines (of journal_record.hpp), each with its seal, by one fsync(2); on return they are on the disk. A crash before
  /// may leave the first lines of the group and a torn one. One write(2) serves for all but for lines that follow a new trial's: where that
  /// one has come to stand decides its number, and other programs may add trials too.
  /// @throws RunTimeError when the file was changed by another program so that a line would be spoilt, or it cannot be written (a full
  ///         disk, for one); what require_lock throws. What is on the disk is then unknown: this object appends no more, and a new one has
  ///         to read.
  void append(std::span<const std::string> lines);

  /// The trials that wait, also those that other programs have added since the last append. @throws RunTimeError as append
  const std::vector<WaitingTrial>& waiting();

 private:
  std::uint64_t file_size() const;
  std::string read(std::uint64_t begin, std::uint64_t end) const;
  void take_in(std::string_view foreign_lines);
  bool take_in_new_lines();
  void write(const std::string& lines);

  std::filesystem::path path_;
  FileDescriptor file_;
  std::uint64_t size_;  // of the file after our last append, in bytes; others may have added lines since
  JournalTrials trials_;
  JournalSeal seal_;  // of our lines so far
  std::function<void()> require_lock_;
  bool failed_ = false;
};

/// A journal that can go on, and what it says so far.
struct OpenedJournal {
  Journal journal;
  Study study;  // empty for a new file; its torn_bytes have been cut off
};

/// Opens or creates journal.log.
/// @param repair  a line that is damaged or changed is cut off with all that follow it; the file as it was stays as journal.log.damaged
/// @param require_lock  called before each change of the file: throws, or ends the process, when it does not hold sweep.lock any more
/// @throws DataError as read_study, with the way on; RunTimeError when the file cannot be written; what require_lock throws
OpenedJournal open_journal(const std::filesystem::path& path, std::function<void()> require_lock, bool repair = false);

}  // namespace agsweep
